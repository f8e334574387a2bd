/** Staff who were invited choose a password, once, and see what their authenticator needs, once. */

import { css, html, svg } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';

import { DeskElement, deskLayout, fields, trouble } from './desk-element';
import { secretField, written } from './secret-field';
import { invitedTrouble, LEAST_PASSWORD, MOST_PASSWORD, passwordTrouble } from './sign-in-words';
import { base, buttons } from '../ui/element';
import { forgetToken, tokenIn } from '../ui/link';
import { nameThePage } from '../ui/name-page';
import '../ui/page-bar';
import { dots } from '../ui/qr';
import { type Key, onLanguage, t } from '../i18n/language';
import type { Authenticator, ChoosePassword } from '../protocol/bodies';

@customElement('qr-invited')
export class InvitedPage extends DeskElement {
  static override styles = [
    base,
    buttons,
    deskLayout,
    fields,
    css`
      header {
        padding: 12px 16px;
      }
      svg {
        inline-size: min(260px, 100%);
        margin-block: 16px;
        background: #fff;
        fill: #000;
        border-radius: var(--round-control);
      }
      .typed {
        font-family: ui-monospace, 'SF Mono', Consolas, monospace;
        font-size: 1.1em;
        overflow-wrap: anywhere;
        user-select: all;
        padding: 12px 16px;
        background: var(--sunken);
        border-radius: var(--round-control);
      }
      .once {
        font-weight: 600;
        margin-block: 16px;
      }
      .button {
        display: inline-flex;
        align-items: center;
      }
    `,
  ];

  @state() private given: Authenticator | null = null;
  @state() private shown = false;
  @state() private sending = false;
  @state() private trouble: Key | null = null;
  @query('form') private readonly form!: HTMLFormElement;
  private readonly token = tokenIn(location.hash);

  override connectedCallback(): void {
    super.connectedCallback();
    document.documentElement.dataset.role = 'counsellor';
    this.while(onLanguage(nameThePage));
    nameThePage();
  }

  override render() {
    return html`
      <header><qr-page-bar></qr-page-bar></header>
      <main class="small">${this.page()}</main>
    `;
  }

  private page() {
    if (this.given !== null) return this.authenticator(this.given);
    return this.token === null ? this.noToken() : this.choice();
  }

  private noToken() {
    return html`
      <h1 tabindex="-1" data-testid="refusal">${t('refusal.title')}</h1>
      <p class="sub">${t('desk.invited.invalid')}</p>
    `;
  }

  private choice() {
    return html`
      <h1 tabindex="-1">${t('desk.invited.title')}</h1>
      <p class="sub" id="bounds">
        ${t('desk.invited.bounds', { least: LEAST_PASSWORD, most: MOST_PASSWORD })}
      </p>
      <form @submit=${(event: SubmitEvent) => void this.handleSubmit(event)}>
        ${this.field('password', t('desk.invited.password'))}
        ${this.field('again', t('desk.invited.again'))} ${trouble(this.trouble)}
        <button type="submit" class="primary" aria-disabled=${this.sending} data-testid="choose">
          ${t(this.sending ? 'desk.sending' : 'desk.invited.go')}
        </button>
      </form>
    `;
  }

  private field(name: string, label: string) {
    return secretField({
      name,
      label,
      autocomplete: 'new-password',
      shown: this.shown,
      turn: () => (this.shown = !this.shown),
    });
  }

  private authenticator({ secret, address }: Authenticator) {
    const { side, path } = dots(address);
    return html`
      <h1 tabindex="-1">${t('desk.invited.code.title')}</h1>
      <p class="sub">${t('desk.invited.code.sub')}</p>
      ${svg`<svg viewBox="0 0 ${side} ${side}" shape-rendering="crispEdges" data-testid="qr" role="img" aria-label=${t('desk.invited.code.picture')}><path d=${path} /></svg>`}
      <p>${t('desk.invited.code.typed')}</p>
      <p class="typed" data-testid="secret">${secret}</p>
      <p class="once">${t('desk.invited.code.once')}</p>
      <a class="button primary" href="/desk" data-testid="to-desk">${t('desk.invited.code.go')}</a>
    `;
  }

  private async handleSubmit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (this.sending || this.token === null) return;
    const password = written(this.form, 'password');
    this.trouble = passwordTrouble(password, written(this.form, 'again'));
    if (this.trouble !== null) return;
    this.sending = true;
    const body: ChoosePassword = { token: this.token, password };
    const answer = await this.ask<Authenticator>('POST', 'links/password', body);
    this.sending = false;
    this.trouble = invitedTrouble(answer);
    if (answer.kind !== 'done') return;
    forgetToken();
    this.given = answer.said;
    await this.updateComplete;
    this.renderRoot.querySelector('h1')?.focus();
  }
}
