/** Everything that somebody who works here may play: the way in for a supervisor. */

import { css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';

import './recording-list';
import { t } from '../i18n/language';
import { base, buttons, QuietElement } from '../ui/element';

@customElement('qr-recordings')
export class RecordingsPage extends QuietElement {
  static override styles = [
    base,
    buttons,
    css`
      main {
        inline-size: min(760px, 100%);
        margin-inline: auto;
        padding: 16px 24px 64px;
      }
      h1 {
        font-size: var(--headline);
        font-weight: 600;
        line-height: 1.35;
      }
      .back {
        margin-block-start: 16px;
        padding-inline: 0;
      }
    `,
  ];

  /** Whether there is a day to go back to: who only supervises has none. */
  @property({ type: Boolean }) returns = false;

  override render() {
    return html`
      <main data-testid="recordings-page">
        <h1 tabindex="-1">${t('recs.desk')}</h1>
        <qr-recording-list></qr-recording-list>
        <button
          class="link back"
          data-testid="back"
          ?hidden=${!this.returns}
          @click=${() => this.say('open-today')}
        >
          ${t('desk.today.back')}
        </button>
      </main>
    `;
  }
}

export function recordingsPage(returns: boolean) {
  return html`
    <qr-recordings ?returns=${returns}></qr-recordings>
  `;
}

export function recordingsLink(open: () => void) {
  return html`
    <button class="link" data-testid="open-recordings" @click=${open}>${t('recs.desk')}</button>
  `;
}
