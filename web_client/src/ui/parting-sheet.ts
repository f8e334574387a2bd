/** One gentle question before leaving, or before ending the session for everyone. */

import { css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';

import { base, buttons, QuietElement } from './element';
import './sheet';
import { t } from '../i18n/language';

/** Out of the room: alone, or with everyone. */
export type Way = 'leave' | 'end';

@customElement('qr-parting-sheet')
export class PartingSheet extends QuietElement {
  static override styles = [
    base,
    buttons,
    css`
      :host {
        display: contents;
      }
      .recorded {
        margin-block-start: 8px;
      }
      .choices {
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: 12px;
        margin-block-start: 24px;
      }
    `,
  ];

  @property() way: Way = 'leave';
  /** It is recorded, or held: with either way that ends. */
  @property({ type: Boolean }) recorded = false;
  /** The session could not be ended. */
  @property({ type: Boolean }) failed = false;

  override render() {
    const way = this.way;
    return html`
      <qr-sheet place="dock" heading=${t(`${way}.title`)} .closable=${false}>
        <p>${t(`${way}.body`)}</p>
        ${
          this.recorded
            ? html`
                <p class="recorded" data-testid="ends-recording">${t(`rec.part.${way}`)}</p>
              `
            : nothing
        }
        ${
          this.failed
            ? html`
                <p role="alert" data-testid="end-failed">${t('end.failed')}</p>
              `
            : nothing
        }
        <div class="choices">
          <button
            class="plain"
            data-testid=${`${way}-cancel`}
            @click=${() => this.say('close-sheet')}
          >
            ${t('leave.no')}
          </button>
          <button
            class="plain ending"
            data-testid=${`${way}-confirm`}
            @click=${() => this.say('part', way)}
          >
            ${t(`${way}.yes`)}
          </button>
        </div>
      </qr-sheet>
    `;
  }
}
