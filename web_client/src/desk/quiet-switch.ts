/** The desk's switch for quiet: whether it is on, until when, and how many messages come when it is over. */

import { css, html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import { soonOf } from '../i18n/dates';
import { t } from '../i18n/language';
import type { Why } from '../thread/held';
import { base, buttons, QuietElement } from '../ui/element';

@customElement('qr-quiet-switch')
export class QuietSwitch extends QuietElement {
  static override styles = [
    base,
    buttons,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 4px;
      }
      button {
        display: inline-flex;
        align-items: center;
        gap: 8px;
        padding-inline: 12px;
      }
      /* On or off is told by where the knob is; the colour only agrees. */
      .track {
        flex: none;
        inline-size: 40px;
        block-size: 24px;
        padding: 3px;
        border: 1px solid var(--edge);
        border-radius: 12px;
        background: var(--surface);
        transition: background-color var(--fade);
      }
      .knob {
        display: block;
        inline-size: 16px;
        block-size: 16px;
        border-radius: 50%;
        background: var(--edge);
        transition: translate var(--fade);
      }
      [aria-checked='true'] .track {
        border-color: var(--qing);
        background: var(--qing);
      }
      [aria-checked='true'] .knob {
        background: var(--on-qing);
        translate: 16px;
      }
      .about {
        color: var(--ink-2);
        font-size: var(--caption);
      }
      .about:not(:empty) {
        padding-inline-end: 12px;
      }
      /* On a phone it stands below its words. */
      @media (max-width: 480px) {
        .about:not(:empty) {
          inline-size: 100%;
          margin-block: -10px 6px;
          padding-inline: 60px 0;
        }
      }
      @media (prefers-reduced-motion: reduce) {
        .track,
        .knob {
          transition-duration: 0ms;
        }
      }
      @media (forced-colors: active) {
        .knob {
          background: ButtonText;
        }
        [aria-checked='true'] .track,
        [aria-checked='true'] .knob {
          forced-color-adjust: none;
          border-color: Highlight;
          background: Highlight;
        }
        [aria-checked='true'] .knob {
          background: HighlightText;
        }
      }
    `,
  ];

  /** When it goes off by itself; null while it is off. */
  @property({ attribute: false }) until: number | null = null;
  /** Why messages are held just now; null where they are not. */
  @property({ attribute: false }) held: Why | null = null;
  /** How many messages somebody is told of. */
  @property({ type: Number }) news = 0;
  /** What quiet left behind when it ended: said once, for those who do not see the count come back. */
  @state() private left = 0;
  private wasHeld = false;

  override willUpdate(): void {
    const holds = this.held !== null;
    if (holds) this.left = 0;
    else if (this.wasHeld) this.left = this.news;
    this.wasHeld = holds;
  }

  override render() {
    return html`
      <button
        role="switch"
        aria-checked=${this.until !== null}
        aria-describedby="about"
        data-testid="quiet"
        @click=${() => this.say('set-quiet', this.until === null)}
      >
        <span class="track" aria-hidden="true"><span class="knob"></span></span>
        ${t('quiet.switch')}
      </button>
      <span class="about" id="about" data-testid="quiet-about">${this.about()}</span>
      <span class="unseen" role="status" data-testid="quiet-over">
        ${this.left === 0 ? '' : t('thread.unread', { count: this.left })}
      </span>
    `;
  }

  private about(): string {
    if (this.until !== null) return t('quiet.until', { time: soonOf(this.until) });
    return this.held === 'session' ? t('quiet.in_session') : '';
  }
}
