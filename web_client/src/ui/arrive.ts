/** C1: is this the right place? One sentence, one door. Nothing is sent before the tap. */

import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import { base, buttons, QuietElement } from './element';
import './scene';
import './sheet';
import { pageLayout } from './page';
import { t } from '../i18n/language';
import type { Role } from '../protocol/wire';

@customElement('qr-arrive')
export class Arrive extends QuietElement {
  static override styles = [
    base,
    buttons,
    pageLayout,
    css`
      .in {
        inline-size: min(320px, 100%);
        min-block-size: 56px;
      }
      .safe {
        margin-block-start: 4px;
      }
      .facts {
        display: grid;
        gap: 12px;
        max-inline-size: 60ch;
      }
    `,
  ];

  @property() person: Role = 'client';
  @property({ type: Boolean }) opening = false;
  /** An embedded page waits for its token here. */
  @property({ type: Boolean }) waiting = false;
  @state() private asking = false;

  override render() {
    const hello = this.person === 'client' ? 'arrive.hello' : 'arrive.counsellor.hello';
    return html`
      <main>
        <qr-scene></qr-scene>
        <div class="words">
          <h1 tabindex="-1">${t(hello)}</h1>
          <p class="sub" role="status">${t(this.waiting ? 'arrive.embedded' : 'arrive.calm')}</p>
          <button
            class="primary in"
            data-testid="come-in"
            ?disabled=${this.opening || this.waiting}
            @click=${() => this.say('come-in')}
          >
            ${t(this.opening ? 'arrive.opening' : 'arrive.in')}
          </button>
          <button class="link safe" @click=${() => (this.asking = true)}>
            ${t('arrive.safe')}
          </button>
        </div>
      </main>
      ${this.asking ? this.safety() : nothing}
    `;
  }

  private safety() {
    return html`
      <qr-sheet heading=${t('safe.title')} @close-sheet=${() => (this.asking = false)}>
        <ul class="facts">
          <li>${t('safe.encrypted')}</li>
          <li>${t('safe.recorded')}</li>
          <li>${t('safe.choice')}</li>
          ${
            this.person === 'client'
              ? html`
                  <li>${t('safe.traces')}</li>
                `
              : nothing
          }
        </ul>
      </qr-sheet>
    `;
  }
}
