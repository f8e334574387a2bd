/** The controls, each with its word. Leaving is a word too, not an alarm. */

import { css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';

import { base, buttons, QuietElement } from './element';
import './icon';
import type { IconName } from './icon';
import { type Key, t } from '../i18n/language';

interface Control {
  readonly id: string;
  readonly icon: IconName;
  readonly word: Key;
  /** Where room is scarce. */
  readonly short?: Key;
  readonly on: boolean;
  readonly busy: boolean;
  readonly press: () => void;
}

@customElement('qr-dock')
export class Dock extends QuietElement {
  static override styles = [
    base,
    buttons,
    css`
      :host {
        display: block;
        container-type: inline-size;
      }
      nav {
        display: flex;
        align-items: center;
        justify-content: center;
        gap: 8px;
        flex-wrap: wrap;
      }
      button {
        display: flex;
        align-items: center;
        gap: 8px;
        padding: 8px 14px;
        position: relative;
        border-radius: var(--round-card);
        line-height: 1.3;
      }
      .control {
        background: transparent;
        color: var(--ink-2);
        border-color: var(--edge);
      }
      .control[aria-pressed='true'] {
        background: var(--surface);
        color: var(--ink);
        border-color: var(--qing);
      }
      .control[aria-pressed='true'] qr-icon {
        color: var(--qing);
      }
      .control:hover:not(:disabled) {
        background: var(--sunken);
      }
      .state {
        color: var(--ink-2);
      }
      .unread {
        position: absolute;
        inset: -8px -4px auto auto;
        min-inline-size: 24px;
        font-size: var(--caption);
        text-align: center;
        color: var(--on-qing);
        background: var(--qing);
        border-radius: 12px;
        padding: 1px 7px;
      }
      .short {
        display: none;
      }
      .gap {
        inline-size: 1px;
        block-size: 24px;
        margin-inline: 4px;
        background: var(--hair);
      }
      /* A counsellor's dock holds one word more, beside the text: it stays in one row. */
      .six {
        gap: 4px;
      }
      .six button {
        padding-inline: 8px;
        gap: 6px;
      }
      /* With the wish for a steady moment there are seven. */
      @media (min-width: 641px) {
        @container (max-width: 800px) {
          .seven button {
            padding-inline: 6px;
            gap: 5px;
          }
          .seven .long,
          .seven .gap {
            display: none;
          }
          .seven .short {
            display: inline;
          }
        }
      }
      @media (max-width: 640px) {
        nav {
          flex-wrap: nowrap;
          gap: 4px;
          align-items: stretch;
        }
        button {
          flex: 1 1 0;
          min-inline-size: 0;
          flex-direction: column;
          justify-content: center;
          gap: 2px;
          padding: 8px 2px;
          min-block-size: 64px;
          text-align: center;
        }
        .leave {
          padding-inline: 2px;
        }
        .label {
          font-size: 0.9375rem;
        }
        .state {
          display: block;
          font-size: var(--caption);
        }
        .gap {
          display: none;
        }
        /* Where room is scarce it is in the sheet of everything else. */
        .steady {
          display: none;
        }
      }
      @media (max-width: 400px) {
        .label {
          font-size: var(--caption);
        }
        button {
          padding-inline: 0;
        }
        .long {
          display: none;
        }
        .short {
          display: inline;
        }
        /* Six words need two rows; nothing is cut. */
        nav.six {
          flex-wrap: wrap;
        }
        nav.six .control {
          flex-basis: calc(25% - 3px);
        }
        nav.six .leave {
          flex-basis: calc(50% - 2px);
          min-block-size: 48px;
        }
      }
    `,
  ];

  @property({ type: Boolean }) microphone = false;
  @property({ type: Boolean }) camera = false;
  @property({ type: Boolean }) text = false;
  @property({ attribute: false }) asking = { audio: false, video: false };
  @property({ type: Number }) unread = 0;
  @property({ type: Boolean }) canEnd = false;
  /** Whether the moment is kept steady; null for who cannot wish for it. */
  @property({ attribute: false }) steady: boolean | null = null;

  override render() {
    const { microphone, camera } = this;
    return html`
      <nav class=${this.controls} aria-label=${t('dock.label')}>
        ${this.control({
          id: 'mic',
          icon: microphone ? 'microphone' : 'microphone-off',
          word: 'dock.mic',
          short: 'dock.mic.short',
          on: microphone,
          busy: this.asking.audio,
          press: () => this.say('turn', { kind: 'audio', on: !microphone }),
        })}
        ${this.control({
          id: 'camera',
          icon: camera ? 'camera' : 'camera-off',
          word: 'dock.camera',
          on: camera,
          busy: this.asking.video,
          press: () => this.say('turn', { kind: 'video', on: !camera }),
        })}
        <button
          class="control"
          data-testid="text"
          aria-pressed=${this.text}
          @click=${() => this.say('toggle-text')}
        >
          <qr-icon name="text"></qr-icon>
          <span class="label">${t('dock.text')}</span>
          ${
            this.unread > 0
              ? html`
                  <span class="unread" aria-hidden="true">${this.unread}</span>
                  <span class="unseen">${t('dock.unread', { count: this.unread })}</span>
                `
              : nothing
          }
        </button>
        <button class="control" data-testid="more" @click=${() => this.say('open-more')}>
          <qr-icon name="more"></qr-icon>
          <span class="label">${t('dock.more')}</span>
        </button>
        ${this.steady === null ? nothing : this.steadily(this.steady)}
        <span class="gap" aria-hidden="true"></span>
        <button class="ending leave" data-testid="leave" @click=${() => this.say('ask-leave')}>
          <span class="label">${t('dock.leave')}</span>
        </button>
        ${
          this.canEnd
            ? html`
                <button
                  class="ending leave"
                  data-testid="end-session"
                  @click=${() => this.say('ask-end')}
                >
                  <span class="label">${t('dock.end')}</span>
                </button>
              `
            : nothing
        }
      </nav>
    `;
  }

  /** How many there are, where that is many. */
  private get controls(): string {
    if (!this.canEnd) return '';
    return this.steady === null ? 'six' : 'six seven';
  }

  private steadily(steady: boolean) {
    return html`
      <button
        class="control steady"
        data-testid="steady"
        aria-pressed=${steady}
        @click=${() => this.say('guide', { type: 'hold_steady', steady: !steady })}
      >
        <qr-icon name="steady"></qr-icon>
        <span class="label">
          <span class="long">${t('dock.steady')}</span>
          <span class="short">${t('dock.steady.short')}</span>
        </span>
      </button>
    `;
  }

  private control({ id, icon, word, short = word, on, busy, press }: Control) {
    return html`
      <button
        class="control"
        data-testid=${id}
        aria-pressed=${on}
        ?disabled=${busy}
        @click=${press}
      >
        <qr-icon name=${icon}></qr-icon>
        <span class="label">
          <span class="long">${t(word)}</span>
          <span class="short">${t(short)}</span>
          <span class="state">${t(on ? 'dock.on' : 'dock.off')}</span>
        </span>
      </button>
    `;
  }
}
