/** Every value of a line, each way, to be typed; nothing of it counts before it is applied. */

import { css, html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import { type Direction, DIRECTIONS, FIELDS, type Line, type Lines } from './lines';
import { lab } from '../i18n/lab';
import { base, buttons, QuietElement } from '../ui/element';

const NAMES = Object.keys(FIELDS) as (keyof Line)[];

@customElement('qr-lab-fine')
export class LabFine extends QuietElement {
  static override styles = [
    base,
    buttons,
    css`
      form {
        display: grid;
        gap: 24px;
        padding-block: 12px 4px;
      }
      .ways {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 240px), 1fr));
        gap: 24px;
      }
      fieldset {
        margin: 0;
        padding: 0;
        border: 0;
        min-inline-size: 0;
        display: grid;
        gap: 12px;
      }
      legend {
        padding: 0;
        margin-block-end: 8px;
        font-weight: 600;
      }
      label {
        display: grid;
        gap: 4px;
        color: var(--ink-2);
      }
      input {
        font: inherit;
        color: var(--ink);
        inline-size: 100%;
        min-block-size: 48px;
        padding: 8px 12px;
        background: var(--surface);
        border: 1px solid var(--edge);
        border-radius: var(--round-control);
      }
      input:user-invalid {
        border-color: var(--zhe);
      }
      button {
        justify-self: start;
      }
    `,
  ];

  @property({ attribute: false }) lines!: Lines;
  /** What is being typed; null while nothing is, and then what counts is shown. */
  @state() private draft: Lines | null = null;

  override render() {
    const lines = this.draft ?? this.lines;
    return html`
      <form @submit=${(event: Event) => this.apply(event)}>
        <div class="ways">
          ${DIRECTIONS.map(
            (way) => html`
              <fieldset>
                <legend>${lab(way)}</legend>
                ${NAMES.map((name) => this.field(way, name, lines[way][name]))}
              </fieldset>
            `,
          )}
        </div>
        <button class="primary" data-testid="apply">${lab('apply')}</button>
      </form>
    `;
  }

  private field(way: Direction, name: keyof Line, value: number | null) {
    const bounds: { min?: number; max: number; step: number } = FIELDS[name];
    return html`
      <label>
        ${lab(`field.${name}`)}
        <input
          type="number"
          inputmode="decimal"
          autocomplete="off"
          data-testid="${way}-${name}"
          min=${bounds.min ?? 0}
          max=${bounds.max}
          step=${bounds.step}
          ?required=${name !== 'rate_kbps'}
          .value=${value === null ? '' : String(value)}
          @input=${(event: Event) => this.type(way, name, event)}
        />
      </label>
    `;
  }

  private type(way: Direction, name: keyof Line, event: Event): void {
    const input = event.target as HTMLInputElement;
    if (input.value === '' && (name !== 'rate_kbps' || input.validity.badInput)) return;
    const value = input.value === '' ? null : Number(input.value);
    const lines = this.draft ?? this.lines;
    this.draft = { ...lines, [way]: { ...lines[way], [name]: value } };
  }

  private apply(event: Event): void {
    event.preventDefault();
    this.say('lab-set', this.draft ?? this.lines);
    this.draft = null;
  }
}
