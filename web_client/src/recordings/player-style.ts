/** The player's page. */

import { css } from 'lit';

export const playerStyle = css`
  main {
    display: grid;
    gap: 16px;
    inline-size: min(1080px, 100%);
    margin-inline: auto;
    padding: 8px 24px 48px;
  }
  .back {
    justify-self: start;
    padding-inline: 0;
    text-align: start;
  }
  h1 {
    font-size: var(--headline);
    font-weight: 600;
    line-height: 1.35;
    overflow-wrap: anywhere;
  }
  h2 {
    font-size: inherit;
    font-weight: 600;
  }
  .quiet,
  .small {
    color: var(--ink-2);
  }
  .small {
    font-size: var(--caption);
  }
  .calm {
    font-size: var(--sentence);
    line-height: 1.4;
    max-inline-size: 60ch;
  }
  .banner {
    display: flex;
    align-items: center;
    gap: 10px;
    padding: 8px 16px;
    border: 1px solid transparent;
    border-radius: var(--round-control);
    color: var(--zi);
    background: var(--zi-ground);
    font-weight: 600;
  }
  .banner svg {
    flex: none;
    inline-size: 12px;
    block-size: 12px;
    fill: currentColor;
  }
  .controls {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
  }
  .toggle {
    min-inline-size: 7em;
  }
  .speeds {
    display: flex;
    flex-wrap: wrap;
    margin-inline-start: auto;
  }
  .speeds button {
    padding-inline: 10px;
    color: var(--ink-2);
  }
  .speeds button[aria-pressed='true'] {
    color: var(--ink);
    font-weight: 600;
    text-decoration: underline;
    text-decoration-thickness: 2px;
    text-underline-offset: 6px;
  }
  /* All speeds in one row, and no button's words in two. */
  @media (max-width: 360px) {
    .controls .plain {
      flex: 1 1 auto;
      padding-inline: 8px;
      white-space: nowrap;
    }
    .toggle {
      min-inline-size: 6em;
    }
    .speeds button {
      padding-inline: 4px;
    }
  }
  .late {
    margin-inline-start: 8px;
    font-size: var(--caption);
  }
  .marks li {
    display: grid;
    grid-template-columns: 5em minmax(0, 1fr);
    align-items: center;
  }
  .marks button {
    text-align: start;
    padding-inline: 0;
    min-block-size: 44px;
  }
  .keys {
    display: grid;
    gap: 4px;
  }
  .keys label {
    display: inline-flex;
    align-items: center;
    gap: 8px;
    min-block-size: 44px;
  }
  .keys input {
    inline-size: 20px;
    block-size: 20px;
    margin: 0;
    accent-color: var(--qing);
  }
  @media (max-width: 480px) {
    main {
      padding-inline: 16px;
    }
    .controls > button {
      flex: 1;
      padding-inline: 8px;
    }
    .speeds {
      margin-inline-start: 0;
      flex-basis: 100%;
    }
  }
  /* Keys are of those who have some. */
  @media (pointer: coarse) {
    .keys {
      display: none;
    }
  }
`;
