/** A person's own words, in the face that is kept for them: the software never uses it. */

import { css, html } from 'lit';

export const humanStyle = css`
  .human {
    font-family: 'Iowan Old Style', 'Charter', 'Georgia', 'Noto Serif', serif;
    font-size: 1.3125rem;
    line-height: 1.6;
    max-inline-size: 24em;
    margin: 0;
    white-space: pre-line;
    overflow-wrap: anywhere;
  }
  .human:lang(zh) {
    font-family:
      'Kaiti SC', 'STKaiti', 'KaiTi', 'BiauKai', 'Noto Serif CJK SC', 'Source Han Serif SC', serif;
  }
`;

/** The language somebody's words are read in; empty where that is not known. Pure. */
export function languageOf(words: string): string {
  if (/\p{Script=Han}/u.test(words)) return 'zh-CN';
  return /^[\x20-\x7e\s‘’“”–—…]*$/.test(words) ? 'en' : '';
}

export function humanWords(words: string) {
  return html`
    <blockquote
      class="human"
      lang=${languageOf(words)}
      data-testid="human-words"
      .textContent=${words}
    ></blockquote>
  `;
}
