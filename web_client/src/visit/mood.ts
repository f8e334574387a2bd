/** How somebody feels, from 0 to 10 in their own measure: eleven radios, words at both ends. */

import { css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';

import { t } from '../i18n/language';
import { base, QuietElement } from '../ui/element';

const VALUES = Array.from({ length: 11 }, (_, value) => value);
const MOST = VALUES.length - 1;

@customElement('qr-mood')
export class MoodScale extends QuietElement {
  static override styles = [
    base,
    css`
      fieldset {
        border: 0;
        margin: 0;
        padding: 0;
        min-inline-size: 0;
      }
      .scale {
        display: grid;
        grid-template-columns: repeat(11, 1fr);
        gap: 4px;
      }
      label {
        position: relative;
        display: grid;
        min-block-size: 48px;
        cursor: pointer;
      }
      input {
        position: absolute;
        inset: 0;
        inline-size: 100%;
        block-size: 100%;
        margin: 0;
        opacity: 0;
        cursor: pointer;
      }
      .value {
        display: grid;
        place-items: center;
        background: var(--surface);
        border: 1px solid var(--edge);
        border-radius: var(--round-control);
      }
      label:hover .value {
        background: var(--sunken);
      }
      input:checked + .value {
        background: var(--qing);
        border-color: var(--qing);
        color: var(--on-qing);
        font-weight: 600;
        text-decoration: underline;
        text-underline-offset: 4px;
      }
      input:focus-visible + .value {
        outline: 3px solid var(--dai);
        outline-offset: 2px;
      }
      .ends {
        display: flex;
        justify-content: space-between;
        gap: 16px;
        margin-block-start: 8px;
        color: var(--ink-2);
      }
      /* Two rows before anything is too small to tap. */
      @media (max-width: 600px) {
        .scale {
          grid-template-columns: repeat(6, 1fr);
        }
      }
    `,
  ];

  /** What it is called, for who does not see it. */
  @property() label = '';
  @property({ attribute: false }) value: number | null = null;

  override render() {
    return html`
      <fieldset data-testid="mood">
        <legend class="unseen">${this.label}</legend>
        <div class="scale">${VALUES.map((value) => this.one(value))}</div>
        <p class="ends" aria-hidden="true">
          <span>0 ${t('visit.mood.low')}</span>
          <span>${MOST} ${t('visit.mood.high')}</span>
        </p>
      </fieldset>
    `;
  }

  private one(value: number) {
    return html`
      <label>
        <input
          type="radio"
          name="mood"
          value=${value}
          data-testid=${`mood-${value}`}
          .checked=${this.value === value}
          @change=${() => this.say('mood', value)}
        />
        <span class="value">${value}</span>
        ${this.endWord(value)}
      </label>
    `;
  }

  private endWord(value: number) {
    if (value !== 0 && value !== MOST) return nothing;
    return html`
      <span class="unseen">${t(value === 0 ? 'visit.mood.low' : 'visit.mood.high')}</span>
    `;
  }
}
