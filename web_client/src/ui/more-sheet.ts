/** What is wanted now and then, each with its word. */

import { css, html } from 'lit';
import { customElement } from 'lit/decorators.js';

import { base, buttons, QuietElement } from './element';
import './icon';
import './sheet';
import { t } from '../i18n/language';

@customElement('qr-more-sheet')
export class MoreSheet extends QuietElement {
  static override styles = [
    base,
    buttons,
    css`
      :host {
        display: contents;
      }
      button {
        display: flex;
        align-items: center;
        gap: 16px;
        inline-size: 100%;
        padding: 12px 16px;
        text-align: start;
      }
      button + button {
        margin-block-start: 8px;
      }
      qr-icon {
        color: var(--qing);
      }
    `,
  ];

  override render() {
    return html`
      <qr-sheet place="dock" heading=${t('dock.more')}>
        <button class="plain" data-testid="open-devices" @click=${() => this.say('open-devices')}>
          <qr-icon name="voice"></qr-icon>
          ${t('devices.title')}
        </button>
        <button class="plain" data-testid="open-help" @click=${() => this.say('open-help')}>
          <qr-icon name="help"></qr-icon>
          ${t('help.title')}
        </button>
      </qr-sheet>
    `;
  }
}
