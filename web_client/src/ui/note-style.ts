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
    border-radius: var(--round-card);
  }
  .note p {
    flex: 1 1 16ch;
  }
  .note button {
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
`;
