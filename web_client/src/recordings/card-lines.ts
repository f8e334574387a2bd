/** Lines of a card, less loud and smaller than the rest. */

import { html } from 'lit';

export function quiet(words: string) {
  return html`
    <p class="quiet">${words}</p>
  `;
}

export function small(words: string) {
  return html`
    <p class="small">${words}</p>
  `;
}
