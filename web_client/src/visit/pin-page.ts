/** Six digits beside the link. A wrong number is no reproach. */

import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import { formStyle } from './form-style';
import { DIGITS, digitsOf } from './pin';
import { t } from '../i18n/language';
import { base, buttons, QuietElement } from '../ui/element';

@customElement('qr-visit-pin')
export class PinPage extends QuietElement {
  static override styles = [
    base,
    buttons,
    formStyle,
    css`
      input[type='text'] {
        font-size: var(--headline);
        letter-spacing: 0.2em;
        max-inline-size: 10em;
      }
    `,
  ];

  @property({ type: Boolean }) opening = false;
  /** How many were given before and were not the ones. */
  @property({ type: Number }) tries = 0;
  @state() private pin = '';
  @state() private short = false;

  override willUpdate(changes: Map<PropertyKey, unknown>): void {
    if (changes.has('tries')) this.pin = '';
  }

  override updated(changes: Map<PropertyKey, unknown>): void {
    if (changes.has('tries') && this.tries > 0) this.renderRoot.querySelector('input')?.focus();
  }

  override render() {
    const wrong = this.wrong;
    return html`
      <main data-testid="visit-pin">
        <form novalidate @submit=${(event: Event) => this.handleSubmit(event)}>
          <div>
            <h1 tabindex="-1">${t('visit.pin.title')}</h1>
            <p class="sub">${t('visit.pin.sub')}</p>
          </div>
          <div class="field">
            <label for="pin">${t('visit.pin.label')}</label>
            <input
              id="pin"
              data-testid="pin"
              type="text"
              inputmode="numeric"
              autocomplete="one-time-code"
              .value=${this.pin}
              aria-invalid=${wrong === null ? 'false' : 'true'}
              aria-describedby=${wrong === null ? nothing : 'wrong'}
              @input=${(event: Event) => this.handleInput(event)}
            />
            <p class="wrong" id="wrong" role="status" data-testid="pin-wrong">${wrong}</p>
          </div>
          <div class="steps">
            <button class="primary" data-testid="pin-go" ?disabled=${this.opening}>
              ${t(this.opening ? 'visit.opening' : 'visit.pin.go')}
            </button>
          </div>
        </form>
      </main>
    `;
  }

  private get wrong(): string | null {
    if (this.short) return t('visit.pin.short');
    return this.tries > 0 && this.pin === '' ? t('visit.pin.wrong') : null;
  }

  private handleInput(event: Event): void {
    const input = event.target as HTMLInputElement;
    this.short = false;
    // While an input method is still composing, what it shows is its own.
    if (!(event as InputEvent).isComposing) input.value = digitsOf(input.value);
    this.pin = digitsOf(input.value);
  }

  private handleSubmit(event: Event): void {
    event.preventDefault();
    this.short = this.pin.length !== DIGITS;
    if (!this.short) this.say('pin', this.pin);
  }
}
