/** How a thread looks: a page of a letter rather than a chat. */

import { css } from 'lit';

export const rowStyle = css`
  :host {
    display: flex;
    flex-direction: column;
    gap: 12px;
    padding-block-end: 12px;
    contain: layout style;
  }
  .day {
    align-self: center;
    padding: 12px 0 4px;
    font-size: var(--caption);
    color: var(--ink-2);
  }
  .row {
    max-inline-size: min(88%, 36em);
    align-self: flex-start;
  }
  .row.mine {
    align-self: flex-end;
  }
  .row.wide {
    align-self: stretch;
    max-inline-size: 36em;
  }
  .body {
    padding: 10px 14px;
    border-radius: var(--round-card);
    background: var(--surface);
    overflow-wrap: anywhere;
    white-space: pre-wrap;
    unicode-bidi: isolate;
    inline-size: fit-content;
  }
  .mine .body {
    background: var(--sunken);
    margin-inline-start: auto;
  }
  .gone {
    padding: 6px 14px;
    color: var(--ink-2);
    font-size: var(--caption);
  }
  .about {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0 8px;
    padding: 2px 4px 0;
    font-size: var(--caption);
    color: var(--ink-2);
  }
  .mine .about {
    justify-content: flex-end;
  }
  .small {
    min-block-size: 44px;
    padding: 4px 8px;
    font-size: var(--caption);
    text-decoration: underline;
    text-underline-offset: 3px;
  }
  .failed {
    color: var(--amber);
  }
`;

export const threadStyle = css`
  :host {
    display: grid;
    grid-template-rows: auto minmax(0, 1fr) auto;
    min-block-size: 0;
  }
  .head {
    padding: 4px 20px 12px;
    display: grid;
    gap: 4px;
  }
  .note {
    color: var(--ink-2);
    font-size: var(--caption);
    text-wrap: pretty;
  }
  .about {
    justify-self: start;
    padding-inline: 0;
    font-size: var(--caption);
  }
  .strip {
    margin: 0 12px;
    padding: 10px 14px;
    border-radius: var(--round-control);
    background: var(--amber-ground);
    color: var(--amber);
    font-size: var(--caption);
  }
  .foot {
    padding: 12px 20px 20px;
    color: var(--ink-2);
  }
`;

export const listStyle = css`
  :host {
    position: relative;
    min-block-size: 0;
    display: grid;
  }
  .list {
    position: relative;
    overflow-y: auto;
    /* What is read stays where it is by our own hand, in every browser alike. */
    overflow-anchor: none;
    overscroll-behavior: contain;
    padding: 8px 20px 4px;
  }
  .edge {
    min-block-size: 24px;
    text-align: center;
    margin-block-end: 12px;
    color: var(--ink-2);
    font-size: var(--caption);
  }
  .empty {
    padding-block-start: 24vh;
    color: var(--ink-2);
    text-align: center;
    text-wrap: balance;
  }
  .fresh {
    position: absolute;
    inset-block-end: 12px;
    inset-inline-start: 50%;
    translate: -50% 0;
    background: var(--surface);
    border-color: var(--edge);
  }
`;
