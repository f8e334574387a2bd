/** C1 before anything is known: nothing is sent before the tap, so that a preview burns no link. */

import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import { factsStyle, safetySheet } from './safety';
import { t } from '../i18n/language';
import { base, buttons, QuietElement } from '../ui/element';
import { pageLayout } from '../ui/page';
import '../ui/scene';

@customElement('qr-visit-link')
export class LinkPage extends QuietElement {
  static override styles = [
    base,
    buttons,
    pageLayout,
    factsStyle,
    css`
      .in {
        inline-size: min(320px, 100%);
        min-block-size: 56px;
      }
    `,
  ];

  @property({ type: Boolean }) opening = false;
  @state() private asking = false;

  override render() {
    return html`
      <main data-testid="visit-link">
        <qr-scene></qr-scene>
        <div class="words">
          <h1 tabindex="-1">${t('visit.link.title')}</h1>
          <p class="sub" role="status">${t(this.opening ? 'visit.opening' : 'arrive.calm')}</p>
          <button
            class="primary in"
            data-testid="open-link"
            ?disabled=${this.opening}
            @click=${() => this.say('open-link')}
          >
            ${t(this.opening ? 'visit.opening' : 'visit.link.open')}
          </button>
          <button class="link" data-testid="safe-here" @click=${() => (this.asking = true)}>
            ${t('arrive.safe')}
          </button>
        </div>
      </main>
      ${this.asking ? safetySheet(() => (this.asking = false)) : nothing}
    `;
  }
}
