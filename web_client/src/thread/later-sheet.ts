/** Write ahead: what is to be sent later, and when; and what is waiting already. */

import { css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';

import { sayingStyle } from './sheet-style';
import { momentOf } from '../i18n/dates';
import { type Key, t } from '../i18n/language';
import type { Later, LaterOnes, WriteLater } from '../protocol/bodies';
import { ask } from '../protocol/rest';
import { base, buttons, QuietElement } from '../ui/element';
import '../ui/sheet';

@customElement('qr-later-sheet')
export class LaterSheet extends QuietElement {
  static override styles = [
    base,
    buttons,
    sayingStyle,
    css`
      ul {
        display: grid;
        gap: 8px;
        margin-block-start: 16px;
      }
      li {
        border-block-start: 1px solid var(--hair);
        padding-block-start: 8px;
        overflow-wrap: anywhere;
      }
      .when {
        color: var(--ink-2);
        font-size: var(--caption);
      }
    `,
  ];

  @property() thread = '';
  @property() name = '';
  /** What was begun below. */
  @property() draft = '';
  @state() private waiting: readonly Later[] = [];
  @state() private trouble: Key | null = null;
  @state() private sending = false;
  @query('textarea') private readonly words!: HTMLTextAreaElement;
  @query('input') private readonly when!: HTMLInputElement;
  /** Said again it is the same one. */
  private ident = crypto.randomUUID();

  override connectedCallback(): void {
    super.connectedCallback();
    void this.look();
  }

  override render() {
    return html`
      <qr-sheet heading=${t('later.title')}>
        <p class="about">${t('later.about', { name: this.name })}</p>
        <form @submit=${(event: SubmitEvent) => void this.send(event)}>
          <label>
            ${t('thread.input')}
            <textarea rows="3" maxlength="2000" required .value=${this.draft}></textarea>
          </label>
          <label>
            ${t('later.when')}
            <input type="datetime-local" required />
          </label>
          <p class="trouble" role="alert">${this.trouble === null ? '' : t(this.trouble)}</p>
          <button class="primary" data-testid="later-send" ?disabled=${this.sending}>
            ${t('later.keep')}
          </button>
        </form>
        ${
          this.waiting.length === 0
            ? nothing
            : html`
                <ul data-testid="later-ones">
                  ${this.waiting.map((each) => this.one(each))}
                </ul>
              `
        }
      </qr-sheet>
    `;
  }

  private one(each: Later) {
    const when = momentOf(each.due_at);
    return html`
      <li>
        <p class="when">${t(each.standing === 'held' ? 'later.held' : 'later.waits', { when })}</p>
        <p .textContent=${each.body}></p>
        <button class="link" @click=${() => void this.drop(each.id)}>${t('thread.discard')}</button>
      </li>
    `;
  }

  private async look(): Promise<void> {
    const answer = await ask<LaterOnes>('GET', `threads/${this.thread}/later`);
    if (answer.kind === 'done') this.waiting = answer.said.items;
  }

  private async send(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (this.sending) return;
    const due = new Date(this.when.value).getTime();
    const body: WriteLater = { id: this.ident, body: this.words.value.trim(), due_at: due };
    if (body.body === '' || Number.isNaN(due)) return;
    this.sending = true;
    const answer = await ask('POST', `threads/${this.thread}/later`, body);
    this.sending = false;
    if (answer.kind === 'refused')
      this.trouble = answer.code === 'not_now' ? 'later.past' : 'later.trouble';
    else this.trouble = answer.kind === 'done' ? null : 'booking.away';
    if (answer.kind !== 'done') return;
    this.ident = crypto.randomUUID();
    this.words.value = '';
    this.say('draft-changed', '');
    await this.look();
  }

  private async drop(id: string): Promise<void> {
    await ask('DELETE', `threads/${this.thread}/later/${id}`);
    await this.look();
  }
}
