/** The slow picture: a still every few seconds, each softly in place of the one before. */

import { css, html, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';

import { base, QuietElement } from './element';
import { amount, t } from '../i18n/language';
import type { Still } from '../media/still-assembler';

/** How old a still is is said this often: often enough, and no stream of words. */
const AGE_MS = 1_000;
const FADE_MS = 600;

interface Sheet {
  readonly still: Still;
  readonly url: string;
}

@customElement('qr-still')
export class StillElement extends QuietElement {
  static override styles = [
    base,
    css`
      :host {
        position: absolute;
        inset: 0;
        pointer-events: none;
        opacity: 0;
        transition: opacity var(--fade);
      }
      :host([shown]) {
        opacity: 1;
      }
      img {
        position: absolute;
        inset: 0;
        inline-size: 100%;
        block-size: 100%;
        object-fit: cover;
        animation: come 0.6s ease-out;
      }
      @keyframes come {
        from {
          opacity: 0;
        }
      }
      .name {
        position: absolute;
        inset-block-start: 12px;
        inset-inline-start: 12px;
        margin: 0;
        padding: 4px 12px;
        border-radius: var(--round-card);
        background: var(--surface);
        color: var(--ink);
        font-size: var(--caption);
      }
      /* In a row of small ones the name below is all there is room for. */
      @container (max-width: 160px) {
        .name {
          display: none;
        }
      }
      @media (prefers-reduced-motion: reduce) {
        :host {
          transition: none;
        }
        img {
          animation: none;
        }
      }
    `,
  ];

  @property({ attribute: false }) still: Still | null = null;
  @property() name = '';
  @property({ type: Boolean, reflect: true }) shown = false;
  /** The still to see, and below it the one it comes over. */
  @state() private sheets: readonly Sheet[] = [];
  @state() private ageS = 0;
  private clearing: number | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    const timer = window.setInterval(() => this.tellAge(), AGE_MS);
    this.while(() => window.clearInterval(timer));
    this.while(() => this.clear());
  }

  override willUpdate(changes: PropertyValues<this>): void {
    if (!changes.has('still')) return;
    this.shown = this.still !== null;
    window.clearTimeout(this.clearing);
    if (this.still === null) this.clearing = window.setTimeout(() => this.clear(), FADE_MS);
    else this.lay(this.still);
  }

  override render() {
    const [last] = this.sheets.slice(-1);
    if (last === undefined) return nothing;
    return html`
      ${repeat(
        this.sheets,
        ({ url }) => url,
        (sheet) => html`
          <img
            src=${sheet.url}
            alt=${sheet === last ? t('room.still.of', { name: this.name }) : ''}
            data-testid=${sheet === last ? 'still' : 'still-before'}
            @load=${() => URL.revokeObjectURL(sheet.url)}
            @error=${() => this.drop(sheet)}
          />
        `,
      )}
      <p class="name" data-testid="still-name">${t('room.still')}</p>
      <p class="unseen" data-testid="still-age">
        ${t('room.still.age', { age: amount(this.ageS, 'second') })}
      </p>
    `;
  }

  private lay(still: Still): void {
    const url = URL.createObjectURL(new Blob([still.image], { type: still.type }));
    const kept = this.sheets.slice(-1);
    for (const { url } of this.sheets.slice(0, -1)) URL.revokeObjectURL(url);
    this.sheets = [...kept, { still, url }];
    this.tellAge();
  }

  /** It was no image after all. */
  private drop(sheet: Sheet): void {
    URL.revokeObjectURL(sheet.url);
    this.sheets = this.sheets.filter((other) => other !== sheet);
  }

  private clear(): void {
    for (const { url } of this.sheets) URL.revokeObjectURL(url);
    this.sheets = [];
  }

  private tellAge(): void {
    const [last] = this.sheets.slice(-1);
    if (last !== undefined) this.ageS = Math.round((performance.now() - last.still.at) / 1_000);
  }
}
