/** What every element of ours shares: the language, and the few shapes the whole product is made of. */

import { css, LitElement } from 'lit';

import { onLanguage } from '../i18n/language';

/** Renders again when the language changes; nothing else of the page is touched. */
export abstract class QuietElement extends LitElement {
  private readonly stops: (() => void)[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    this.while(onLanguage(() => this.requestUpdate()));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.stops.splice(0)) stop();
  }

  /** Keep a subscription for as long as the element is in the page. */
  protected while(stop: () => void): void {
    this.stops.push(stop);
  }

  protected say(name: string, detail?: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

export const base = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  :host {
    display: block;
  }
  :host([hidden]),
  [hidden] {
    display: none !important;
  }
  h1,
  h2,
  h3,
  p,
  ul,
  ol {
    margin: 0;
    padding: 0;
    font-weight: inherit;
    font-size: inherit;
  }
  ul,
  ol {
    list-style: none;
  }
  svg {
    display: block;
  }
  :focus-visible {
    outline: 3px solid var(--dai);
    outline-offset: 2px;
  }
  :focus:not(:focus-visible) {
    outline: none;
  }
  .unseen {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`;

export const buttons = css`
  button,
  .button {
    font: inherit;
    color: inherit;
    min-block-size: 48px;
    min-inline-size: 48px;
    padding: 8px 20px;
    border: 1px solid transparent;
    border-radius: var(--round-control);
    background: none;
    cursor: pointer;
    text-decoration: none;
    transition:
      background-color var(--fade),
      border-color var(--fade),
      color var(--fade);
  }
  button:disabled {
    cursor: default;
    opacity: 0.7;
  }
  .primary {
    background: var(--qing);
    color: var(--on-qing);
    font-weight: 600;
  }
  .primary:hover:not(:disabled) {
    background: var(--qing-hover);
  }
  .plain {
    border-color: var(--edge);
    background: var(--surface);
  }
  .plain:hover:not(:disabled) {
    background: var(--sunken);
  }
  .link {
    color: var(--dai);
    padding-inline: 12px;
    text-decoration: underline;
    text-decoration-thickness: 1px;
    text-underline-offset: 4px;
  }
  .link:hover {
    text-decoration-thickness: 2px;
  }
  /* A link is told by its line; a frame of the reader's own colours would touch its words. */
  @media (forced-colors: active) {
    .link {
      border: 0;
    }
  }
  .ending {
    color: var(--zhe);
  }
  .ending:hover:not(:disabled) {
    background: var(--zhe-ground);
  }
  @media (prefers-reduced-motion: reduce) {
    button,
    .button {
      transition-duration: 100ms;
    }
  }
`;
