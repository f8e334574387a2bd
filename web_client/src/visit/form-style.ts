/** The shape of a page that asks: one narrow column, one question, large things to tap. */

import { css } from 'lit';

export const formStyle = css`
  main {
    min-block-size: calc(100vh - 72px);
    min-block-size: calc(100dvh - 72px);
    display: flex;
    flex-direction: column;
    justify-content: center;
    inline-size: min(480px, 100%);
    margin-inline: auto;
    padding: 0 24px clamp(24px, 8vh, 80px);
  }
  form,
  .column {
    display: grid;
    gap: 20px;
  }
  h1 {
    font-size: var(--headline);
    font-weight: 600;
    line-height: 1.35;
    text-wrap: balance;
  }
  .sub {
    color: var(--ink-2);
    margin-block-start: 4px;
  }
  .field {
    display: grid;
    gap: 6px;
  }
  label,
  legend {
    font-weight: 600;
  }
  .hint {
    color: var(--ink-2);
    font-weight: 400;
  }
  input[type='text'],
  input[type='tel'] {
    font: inherit;
    color: inherit;
    inline-size: 100%;
    min-block-size: 48px;
    padding: 8px 14px;
    background: var(--surface);
    border: 1px solid var(--edge);
    border-radius: var(--round-control);
  }
  [aria-invalid='true'] {
    border-width: 2px;
    border-color: var(--amber);
  }
  .wrong {
    color: var(--amber);
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
  }
  .choices {
    display: grid;
    gap: 8px;
  }
  .choice {
    display: flex;
    align-items: center;
    gap: 12px;
    min-block-size: 52px;
    padding: 8px 16px;
    font-weight: 400;
    background: var(--surface);
    border: 1px solid var(--edge);
    border-radius: var(--round-control);
    cursor: pointer;
  }
  .choice:hover {
    background: var(--sunken);
  }
  .choice:has(:checked) {
    border-color: var(--qing);
    box-shadow: inset 0 0 0 1px var(--qing);
  }
  .choice input,
  .tick input {
    flex: none;
    inline-size: 22px;
    block-size: 22px;
    margin: 0;
    accent-color: var(--qing);
  }
  .tick {
    display: flex;
    align-items: flex-start;
    gap: 12px;
    min-block-size: 48px;
    padding-block: 8px;
    font-weight: 400;
    cursor: pointer;
  }
  .tick .hint {
    display: block;
  }
  .offer {
    display: grid;
    gap: 6px;
    padding: 16px 20px;
    border-radius: var(--round-card);
    background: var(--surface);
  }
  .steps {
    display: grid;
    gap: 12px;
  }
  .steps.equal {
    grid-template-columns: repeat(auto-fit, minmax(min(180px, 100%), 1fr));
  }
  .steps button {
    min-block-size: 56px;
  }
  .back {
    justify-self: start;
    padding-inline: 0;
  }
  .trouble {
    padding: 12px 20px;
    border-radius: var(--round-card);
    background: var(--amber-ground);
    color: var(--amber);
  }
  @media (max-width: 420px) {
    main {
      padding-inline: 16px;
    }
    h1 {
      font-size: 1.5rem;
    }
  }
`;
