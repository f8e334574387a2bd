/** The lines under the picture, and their words. */

import { html } from 'lit';

import { sentenceCase } from './sentence-case';
import type { Status } from './status';
import { t } from '../i18n/language';

/** What a status says of somebody with this name; nothing of none. */
export function wordsOf(status: Status | null, name: string): string {
  return status === null ? '' : t(status.key, { name: sentenceCase(name), ...status.blanks });
}

/** The words to look at; those to hear are the announcer's. */
export function line(
  id: 'status-line' | 'notice',
  words: string,
  tone: Status['tone'] | 'none',
  key = '',
) {
  return html`
    <p class="line ${tone}" data-testid=${id} data-key=${key} .textContent=${words}></p>
  `;
}
