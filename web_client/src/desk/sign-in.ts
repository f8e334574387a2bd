/** Signing in to the desk: the clinic, who, their password, and the six digits. */

import { html } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';

import { DeskElement, deskLayout, fields, trouble } from './desk-element';
import { kept } from './kept';
import { secretField, written } from './secret-field';
import { clinicIn, digitsOf, incompleteIn, signInTrouble } from './sign-in-words';
import { base, buttons } from '../ui/element';
import { type Key, t } from '../i18n/language';
import type { SignIn } from '../protocol/bodies';

@customElement('qr-sign-in')
export class SignInPage extends DeskElement {
  static override styles = [base, buttons, deskLayout, fields];

  @state() private shown = false;
  @state() private sending = false;
  @state() private trouble: Key | null = null;
  @query('form') private readonly form!: HTMLFormElement;
  @query('[name=code]') private readonly code!: HTMLInputElement;
  private readonly clinic = clinicIn(location.hash) || kept.clinic;

  override render() {
    return html`
      <main class="small">
        <h1 tabindex="-1">${t('desk.sign_in.title')}</h1>
        <form @submit=${(event: SubmitEvent) => void this.handleSubmit(event)}>
          <label>
            ${t('desk.sign_in.clinic')}
            <input
              name="clinic"
              .defaultValue=${this.clinic}
              autocomplete="organization"
              autocapitalize="none"
              spellcheck="false"
              required
              data-testid="clinic"
            />
            <span class="hint">${t('desk.sign_in.clinic.hint')}</span>
          </label>
          <label>
            ${t('desk.sign_in.email')}
            <input name="email" type="email" autocomplete="username" required data-testid="email" />
          </label>
          ${secretField({
            name: 'password',
            label: t('desk.password'),
            autocomplete: 'current-password',
            shown: this.shown,
            turn: () => (this.shown = !this.shown),
          })}
          <label>
            ${t('desk.sign_in.code')}
            <input
              name="code"
              inputmode="numeric"
              autocomplete="one-time-code"
              required
              data-testid="code"
            />
            <span class="hint">${t('desk.sign_in.code.hint')}</span>
          </label>
          ${trouble(this.trouble)}
          <button type="submit" class="primary" aria-disabled=${this.sending} data-testid="sign-in">
            ${t(this.sending ? 'desk.sending' : 'desk.sign_in.go')}
          </button>
        </form>
      </main>
    `;
  }

  private async handleSubmit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (this.sending) return;
    const given: SignIn = {
      clinic: written(this.form, 'clinic').trim(),
      email: written(this.form, 'email').trim(),
      password: written(this.form, 'password'),
      code: digitsOf(written(this.form, 'code')),
    };
    this.trouble = incompleteIn(given);
    if (this.trouble !== null) return;
    this.sending = true;
    const answer = await this.ask('POST', 'sign-in', given);
    this.sending = false;
    this.trouble = signInTrouble(answer);
    if (answer.kind !== 'done') {
      // Each code is good once.
      this.code.value = '';
      return;
    }
    kept.clinic = given.clinic;
    this.form.reset();
    this.say('signed-in');
  }
}
