/** A sheet: from below on a phone, a card on a desk. The call behind it goes on. */

import { css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';

import { base, buttons, QuietElement } from './element';
import { deepActive, tabStops } from './focus';
import { t } from '../i18n/language';

/** The sheets in the page, the one on top last. */
const open: Sheet[] = [];

/** Escape belongs to an open sheet, wherever the focus is. */
export function isSheetOpen(): boolean {
  return open.length > 0;
}

@customElement('qr-sheet')
export class Sheet extends QuietElement {
  static override styles = [
    base,
    buttons,
    css`
      :host {
        position: fixed;
        inset: auto 0 0;
        z-index: 20;
        display: flex;
        justify-content: center;
        pointer-events: none;
      }
      section {
        pointer-events: auto;
        position: relative;
        inline-size: min(480px, 100%);
        max-block-size: 85vh;
        max-block-size: var(--sheet-most, 85dvh);
        overflow: auto;
        padding: 24px 24px calc(24px + env(safe-area-inset-bottom));
        border-radius: var(--round-card) var(--round-card) 0 0;
        background: var(--surface);
        color: var(--ink);
        box-shadow: var(--shadow);
        /* Where colours are the reader's own there is no shadow, and this is seen. */
        border: 1px solid transparent;
        animation: rise var(--fade);
      }
      .body {
        display: contents;
      }
      /* What is at the foot stays in sight and covers nothing: the rest scrolls above it. */
      :host([footed]) section {
        display: flex;
        flex-direction: column;
        overflow: hidden;
      }
      :host([footed]) .body {
        display: block;
        min-block-size: 0;
        overflow: auto;
        margin-inline: -24px;
        padding: 4px 24px 12px;
      }
      .foot {
        margin-inline: -24px;
        padding: 12px 24px 0;
        border-block-start: 1px solid var(--hair);
      }
      /* A page at 400 %: nothing stays, or there would be no room for the rest. */
      @media (max-height: 300px) {
        :host([footed]) section {
          overflow: auto;
        }
        :host([footed]) .body {
          flex: none;
          overflow: visible;
        }
      }
      h2 {
        font-size: var(--sentence);
        line-height: 1.4;
        padding-inline-end: 96px;
        margin-block-end: 12px;
      }
      .close {
        position: absolute;
        inset: 14px 12px auto auto;
        color: var(--dai);
        padding-inline: 12px;
      }
      .close:hover {
        background: var(--sunken);
      }
      @media (min-width: 720px) {
        :host {
          inset: 0;
          align-items: center;
        }
        :host([place='corner']) {
          inset: var(--sheet-top, 72px) auto auto 16px;
          justify-content: flex-start;
        }
        :host([place='corner']) section {
          max-block-size: min(var(--sheet-most, 85dvh), 100dvh - var(--sheet-top, 72px) - 8px);
        }
        :host([place='dock']) {
          inset: auto 0 76px;
        }
        :host([place='dock']) section {
          max-block-size: min(var(--sheet-most, 85dvh), 100dvh - 84px);
        }
        section {
          border-radius: var(--round-card);
          padding: 32px;
        }
        :host([footed]) .body,
        .foot {
          margin-inline: -32px;
          padding-inline: 32px;
        }
      }
      @keyframes rise {
        from {
          opacity: 0;
          transform: translateY(12px);
        }
      }
      @media (prefers-reduced-motion: reduce) {
        section {
          animation: fade 100ms ease-out;
        }
        @keyframes fade {
          from {
            opacity: 0;
          }
        }
      }
    `,
  ];

  @property() heading = '';
  /** Where it stands on a desk: never over a face when it can be helped. */
  @property({ reflect: true }) place: 'middle' | 'corner' | 'dock' = 'middle';
  /** It has something at its foot, in the slot of that name. */
  @property({ type: Boolean, reflect: true }) footed = false;
  /** Without a close button, the sheet's own buttons are the way on. */
  @property({ type: Boolean }) closable = true;
  private returnTo: HTMLElement | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.returnTo = deepActive();
    open.push(this);
    const onEscape = (event: KeyboardEvent): void => this.handleEscape(event);
    const onTab = (event: KeyboardEvent): void => this.keepFocus(event);
    window.addEventListener('keydown', onEscape);
    this.addEventListener('keydown', onTab);
    this.while(() => window.removeEventListener('keydown', onEscape));
    this.while(() => this.removeEventListener('keydown', onTab));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    open.splice(open.indexOf(this), 1);
    // It was in view when it was tapped: where it went since, its reader does not follow.
    this.returnTo?.focus({ preventScroll: true });
  }

  override firstUpdated(): void {
    this.renderRoot.querySelector('section')?.focus();
  }

  override render() {
    return html`
      <section role="dialog" aria-labelledby="heading" tabindex="-1">
        <h2 id="heading">${this.heading}</h2>
        <div class="body"><slot></slot></div>
        ${
          this.footed
            ? html`
                <div class="foot"><slot name="foot"></slot></div>
              `
            : nothing
        }
        <button class="close" ?hidden=${!this.closable} @click=${() => this.say('close-sheet')}>
          ${t('close')}
        </button>
      </section>
    `;
  }

  private handleEscape(event: KeyboardEvent): void {
    // One press closes one sheet.
    if (event.key !== 'Escape' || event.isComposing || open.at(-1) !== this) return;
    this.say('close-sheet');
  }

  /** Focus goes round inside the sheet; pointing elsewhere is free. */
  private keepFocus(event: KeyboardEvent): void {
    if (event.key !== 'Tab') return;
    const stops = [...tabStops(this), ...tabStops(this.renderRoot)];
    const [edge, target] = event.shiftKey ? [stops[0], stops.at(-1)] : [stops.at(-1), stops[0]];
    const active = deepActive();
    const atStart = active?.tagName === 'SECTION';
    if (active !== edge && !(event.shiftKey && atStart)) return;
    event.preventDefault();
    target?.focus();
  }
}
