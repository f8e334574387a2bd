/** Where something is written: in a room, and between hours. */

import { css } from 'lit';

export const composer = css`
  form {
    display: flex;
    align-items: flex-end;
    gap: 8px;
    padding: 8px 12px 12px;
  }
  textarea {
    flex: 1;
    min-inline-size: 0;
    min-block-size: 48px;
    max-block-size: 30vh;
    field-sizing: content;
    resize: none;
    font: inherit;
    line-height: 1.5;
    color: var(--ink);
    background: var(--surface);
    border: 1px solid var(--edge);
    border-radius: var(--round-control);
    padding: 11px 12px;
  }
  textarea::placeholder {
    color: var(--ink-2);
    opacity: 1;
  }
`;
