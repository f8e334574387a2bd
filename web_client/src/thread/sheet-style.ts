/** How the sheets of a thread look in which something is said: fields, choices as chips, what went wrong. */

import { css } from 'lit';

export const sayingStyle = css`
  :host {
    display: contents;
  }
  form {
    display: grid;
    gap: 16px;
    margin-block-start: 12px;
  }
  label {
    display: grid;
    gap: 8px;
  }
  textarea,
  [type='datetime-local'] {
    font: inherit;
    color: var(--ink);
    background: var(--surface);
    border: 1px solid var(--edge);
    border-radius: var(--round-control);
    padding: 10px 12px;
    min-block-size: 48px;
    inline-size: 100%;
    resize: vertical;
  }
  fieldset {
    border: 0;
    margin: 0;
    padding: 0;
    min-inline-size: 0;
  }
  legend {
    padding: 0;
    margin-block-end: 8px;
    font-size: var(--caption);
    color: var(--ink-2);
  }
  .choices {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  .choice {
    position: relative;
    display: block;
    min-block-size: 44px;
  }
  .choice input {
    position: absolute;
    inset: 0;
    inline-size: 100%;
    block-size: 100%;
    margin: 0;
    opacity: 0;
    cursor: pointer;
  }
  .choice span {
    display: grid;
    place-items: center;
    min-block-size: 44px;
    min-inline-size: 44px;
    padding: 6px 14px;
    border: 1px solid var(--edge);
    border-radius: 999px;
    background: var(--surface);
  }
  .choice:hover span {
    background: var(--sunken);
  }
  .choice input:checked + span {
    background: var(--qing);
    border-color: var(--qing);
    color: var(--on-qing);
    font-weight: 600;
  }
  .choice input:focus-visible + span {
    outline: 3px solid var(--dai);
    outline-offset: 2px;
  }
  .about {
    color: var(--ink-2);
    font-size: var(--caption);
    text-wrap: pretty;
  }
  .trouble {
    color: var(--amber);
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
`;
