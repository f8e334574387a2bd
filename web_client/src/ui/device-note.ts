/** C3: what is the matter with a device. One sentence, one thing to do; the call goes on meanwhile. */

import { css, html, nothing, svg } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import { base, buttons, QuietElement } from './element';
import { noteStyle } from './note-style';
import './phone-sheet';
import './sheet';
import { t } from '../i18n/language';
import {
  browserFamily,
  NEXT_STEP,
  type Step,
  type Trouble,
  troubleKey,
} from '../media/device-errors';
import type { Kind } from '../media/peer';

@customElement('qr-device-note')
export class DeviceNote extends QuietElement {
  static override styles = [
    base,
    buttons,
    noteStyle,
    css`
      .picture {
        margin-block: 8px 16px;
        inline-size: 100%;
        color: var(--ink-2);
        fill: none;
        stroke: currentColor;
        stroke-width: 2;
      }
      .here {
        stroke: var(--qing);
        stroke-width: 3;
      }
      .sheet p + p {
        margin-block-start: 8px;
      }
    `,
  ];

  @property() trouble: Trouble = 'unsupported';
  @property() kind: Kind = 'audio';
  /** The link to hand to another browser; empty when this page no longer has one. */
  @property() link = '';
  @state() private showing = false;
  @state() private phoning = false;
  @state() private copied = false;

  override render() {
    return html`
      <div class="note" data-testid="device-note" data-trouble=${this.trouble}>
        <p>${t(troubleKey(this.trouble, this.kind))}</p>
        <button @click=${() => void this.act(NEXT_STEP[this.trouble])}>
          ${t(this.copied ? 'step.copied' : `step.${NEXT_STEP[this.trouble]}`)}
        </button>
        ${
          this.trouble === 'no_microphone' && this.link !== ''
            ? html`
                <button data-testid="to-phone" @click=${() => (this.phoning = true)}>
                  ${t('step.phone')}
                </button>
              `
            : nothing
        }
        <button class="dismiss" @click=${() => this.say('dismiss-trouble')}>${t('close')}</button>
      </div>
      ${this.showing ? this.howTo() : nothing}
      ${
        this.phoning
          ? html`
              <qr-phone-sheet
                .link=${this.link}
                @close-sheet=${() => (this.phoning = false)}
              ></qr-phone-sheet>
            `
          : nothing
      }
    `;
  }

  private howTo() {
    const family = browserFamily(navigator.userAgent);
    return html`
      <qr-sheet
        class="sheet"
        heading=${t('how_to.title')}
        @close-sheet=${() => (this.showing = false)}
      >
        ${addressBar()}
        <p>${t(`how_to.${family}`)}</p>
        <p>${t('how_to.then')}</p>
      </qr-sheet>
    `;
  }

  private async act(step: Step): Promise<void> {
    if (step === 'show_how') this.showing = true;
    else if (step === 'again') this.say('turn', { kind: this.kind, on: true });
    else if (step === 'copy_link') {
      await navigator.clipboard.writeText(this.link || location.origin).catch(() => undefined);
      this.copied = true;
    } else if (step === 'new_window') this.say('new-window');
    else if (step === 'text_only') this.say('open-text');
    if (step === 'voice_only' || step === 'text_only' || step === 'contact') {
      this.say('dismiss-trouble');
    }
  }
}

/** A browser's address line, with the sign to tap ringed. */
function addressBar() {
  return svg`<svg class="picture" viewBox="0 0 400 84" aria-hidden="true">
    <rect x="8" y="18" width="384" height="48" rx="24" />
    <path d="M40 36h16M52 36a4 4 0 1 0 8 0a4 4 0 1 0-8 0M40 48h4M44 48a4 4 0 1 0 8 0a4 4 0 1 0-8 0M52 48h8" />
    <path d="M96 42h190" stroke-dasharray="14 10" />
    <circle class="here" cx="50" cy="42" r="28" />
  </svg>`;
}
