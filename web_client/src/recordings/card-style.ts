/** How a recording looks where it is listed. Plum is of recordings, and of nothing else. */

import { css } from 'lit';

export const dataCard = css`
  /* Where colours are the reader's own, a card and what is asked in it have an edge instead of a ground. */
  .card,
  .really {
    border: 1px solid transparent;
  }
  .card {
    padding: 20px 24px;
    border-radius: var(--round-card);
    background: var(--surface);
  }
  h3 {
    font-size: inherit;
    font-weight: 600;
    line-height: 1.4;
    overflow-wrap: anywhere;
    text-wrap: balance;
  }
  h4 {
    margin: 0;
    font-size: var(--caption);
    font-weight: inherit;
    color: var(--ink-2);
  }
  .quiet {
    color: var(--ink-2);
  }
  .small {
    font-size: var(--caption);
    color: var(--ink-2);
  }
  .start {
    padding-inline: 0;
    text-align: start;
  }
  .acts {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  .trouble {
    color: var(--amber);
  }
  .trouble:empty {
    display: none;
  }
  @media (max-width: 420px) {
    .card {
      padding: 16px;
    }
  }
`;

export const switches = css`
  .switch {
    display: flex;
    align-items: flex-start;
    justify-content: space-between;
    gap: 12px;
    padding-block: 10px;
    min-block-size: 48px;
    cursor: pointer;
  }
  .uses > li + li {
    border-block-start: 1px solid var(--hair);
  }
  .switch input {
    appearance: none;
    flex: none;
    position: relative;
    inline-size: 48px;
    block-size: 28px;
    margin: 0;
    border: 1px solid var(--edge);
    border-radius: 14px;
    background: var(--sunken);
    cursor: pointer;
    transition: background-color var(--fade);
  }
  .switch input::after {
    content: '';
    position: absolute;
    inset: 3px auto auto 3px;
    inline-size: 20px;
    block-size: 20px;
    border-radius: 10px;
    background: var(--edge);
    transition: transform var(--fade);
  }
  .switch input:checked {
    border-color: var(--qing);
    background: var(--qing);
  }
  .switch input:checked::after {
    background: var(--on-qing);
    transform: translateX(20px);
  }
  .switch input:dir(rtl):checked::after {
    transform: translateX(-20px);
  }
  @media (forced-colors: active) {
    .switch input::after {
      background: ButtonText;
      forced-color-adjust: none;
    }
    .switch input:checked {
      background: Highlight;
      forced-color-adjust: none;
    }
    .switch input:checked::after {
      background: HighlightText;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .switch input,
    .switch input::after {
      transition: none;
    }
  }
`;

/** What is asked once more, and its two ways on, which look alike. */
export const choices = css`
  .card {
    display: grid;
    gap: 12px;
  }
  .head {
    display: grid;
    gap: 2px;
  }
  .really {
    display: grid;
    gap: 12px;
    padding: 12px 16px;
    margin-block-end: 12px;
    border-radius: var(--round-control);
    background: var(--sunken);
  }
  .really.all {
    margin: 0;
    padding: 16px;
  }
  .really strong {
    font-weight: 600;
  }
  .alike {
    display: grid;
    grid-template-columns: 1fr 1fr;
    gap: 8px;
  }
  .alike button {
    padding-inline: 12px;
    border-color: var(--edge);
    background: var(--surface);
  }
  .alike .ending:hover:not(:disabled) {
    background: var(--zhe-ground);
  }
  .media {
    margin: 0;
  }
  @media (max-width: 360px) {
    .alike {
      grid-template-columns: 1fr;
    }
  }
`;
