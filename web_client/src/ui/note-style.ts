/** One sentence and one thing to do, on an amber strip above the controls. */

import { css } from 'lit';

export const noteStyle = css`
  .note {
    display: flex;
    align-items: center;
    flex-wrap: wrap;
    gap: 4px 12px;
    padding: 8px 8px 8px 20px;
    background: var(--amber-ground);
    color: var(--amber);
    border: 1px solid transparent;
    border-radius: var(--round-card);
  }
  .note p {
    flex: 1 1 16ch;
  }
  .note :is(button, a) {
    color: inherit;
    font-weight: 600;
    text-decoration: underline;
    text-underline-offset: 4px;
    padding-inline: 12px;
  }
  .note .dismiss {
    font-weight: 400;
    text-decoration: none;
  }
  /* Both steps in one row under the sentence, so that the controls below stay in sight. */
  @media (max-width: 400px) {
    .note {
      gap: 0 4px;
      padding: 6px 8px 2px 12px;
      font-size: 0.9375rem;
      line-height: 1.35;
    }
    .note p {
      flex-basis: 100%;
    }
    .note :is(button, a) {
      min-block-size: 44px;
      padding: 4px 6px;
    }
    .note .dismiss {
      margin-inline-start: auto;
    }
  }
`;
