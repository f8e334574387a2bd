/** The desk while nobody was at it: what was there is put away, and one password brings it back. */

import { html } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';

import { DeskElement, deskLayout, fields, trouble } from './desk-element';
import { secretField, written } from './secret-field';
import { unlockTrouble } from './sign-in-words';
import { base, buttons } from '../ui/element';
import { type Key, t } from '../i18n/language';
import type { Unlock } from '../protocol/bodies';

@customElement('qr-unlock')
export class UnlockPage extends DeskElement {
  static override styles = [base, buttons, deskLayout, fields];

  /** Whose desk it is, as they want to be called. */
  @property() name = '';
  @state() private shown = false;
  @state() private sending = false;
  @state() private trouble: Key | null = null;
  @query('form') private readonly form!: HTMLFormElement;

  override render() {
    return html`
      <main class="small" data-testid="locked">
        <h1 tabindex="-1">${t('desk.lock.title')}</h1>
        <p class="sub">
          ${this.name === '' ? t('desk.lock.sub') : t('desk.lock.sub.named', { name: this.name })}
        </p>
        <form @submit=${(event: SubmitEvent) => void this.handleSubmit(event)}>
          ${secretField({
            name: 'password',
            label: t('desk.password'),
            autocomplete: 'current-password',
            shown: this.shown,
            turn: () => (this.shown = !this.shown),
          })}
          ${trouble(this.trouble)}
          <button type="submit" class="primary" aria-disabled=${this.sending} data-testid="unlock">
            ${t(this.sending ? 'desk.sending' : 'desk.lock.go')}
          </button>
        </form>
      </main>
    `;
  }

  private async handleSubmit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (this.sending) return;
    this.sending = true;
    const password = written(this.form, 'password');
    const answer = await this.ask('POST', 'unlock', { password } satisfies Unlock);
    this.sending = false;
    this.trouble = unlockTrouble(answer);
    if (answer.kind !== 'done') return;
    this.form.reset();
    this.say('unlocked');
  }
}
