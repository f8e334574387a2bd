/** The link for another device, as a square of dots; the phone takes the seat over from this page. */

import { css, html, svg } from 'lit';
import { customElement, property } from 'lit/decorators.js';

import { base, QuietElement } from './element';
import { dots } from './qr';
import './sheet';
import { t } from '../i18n/language';

@customElement('qr-phone-sheet')
export class PhoneSheet extends QuietElement {
  static override styles = [
    base,
    css`
      :host {
        display: contents;
      }
      svg {
        inline-size: min(280px, 100%);
        margin: 16px auto;
        background: #fff;
        fill: #000;
        border-radius: var(--round-control);
      }
      .alone {
        color: var(--ink-2);
      }
    `,
  ];

  @property() link = '';

  override render() {
    const { side, path } = dots(this.link);
    return html`
      <qr-sheet heading=${t('phone.title')}>
        <p>${t('phone.words')}</p>
        ${svg`<svg viewBox="0 0 ${side} ${side}" shape-rendering="crispEdges" data-testid="qr" role="img" aria-label=${t('phone.title')}><path d=${path} /></svg>`}
        <p class="alone">${t('phone.alone')}</p>
      </qr-sheet>
    `;
  }
}
