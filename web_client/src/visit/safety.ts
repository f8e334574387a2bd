/** "Is it safe here?": what is true of this place, before anything has started. */

import { css, html } from 'lit';

import { t } from '../i18n/language';
import '../ui/sheet';

export const factsStyle = css`
  .facts {
    display: grid;
    gap: 12px;
    max-inline-size: 60ch;
  }
`;

export function safetySheet(close: () => void) {
  return html`
    <qr-sheet heading=${t('safe.title')} data-testid="safe" @close-sheet=${close}>
      <ul class="facts">
        <li>${t('safe.encrypted')}</li>
        <li>${t('safe.recorded')}</li>
        <li>${t('safe.choice')}</li>
        <li>${t('safe.traces')}</li>
      </ul>
    </qr-sheet>
  `;
}
