/** What stands on the card of a feeling, in a thread and in a room alike. */

import { html, nothing } from 'lit';

import { t } from '../i18n/language';
import type { FeelingCard } from '../protocol/wire';

export function feelingLines({ feeling, strength, place }: FeelingCard) {
  const more: string[] = [];
  if (typeof strength === 'number') more.push(t('feeling.strength.words', { strength }));
  if (typeof place === 'string') more.push(t(`feeling.place.${place}`));
  return html`
    <p class="label">${t('feeling.card')}</p>
    <p>${t(`feeling.${feeling}`)}</p>
    ${
      more.length === 0
        ? nothing
        : html`
            <p class="label">${more.join(' · ')}</p>
          `
    }
  `;
}
