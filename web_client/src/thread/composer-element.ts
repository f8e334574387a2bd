/** Where one writes into a thread: the words, and beside them a time to find and a message for later. */

import { html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';

import './later-sheet';
import './off-hours';
import type { Wish } from '../booking/booking-card';
import '../booking/times-element';
import type { ThreadTimes } from '../booking/times-element';
import { t } from '../i18n/language';
import { composer } from '../ui/composer-style';
import { base, buttons, QuietElement } from '../ui/element';

const MOST_CHARS = 2_000;

@customElement('qr-thread-composer')
export class Composer extends QuietElement {
  static override styles = [base, buttons, composer];

  @property() thread = '';
  @property() name = '';
  @property() emergency = '';
  @property({ type: Number }) noticeHours = 24;
  /** Of a counsellor, with a client. */
  @property({ type: Boolean }) counsels = false;
  @property() draft = '';
  @state() private ahead = false;
  @query('textarea') private readonly input!: HTMLTextAreaElement;
  @query('qr-thread-times') private readonly times!: ThreadTimes | null;

  override focus(): void {
    this.input.focus();
  }

  /** Somebody wants something done with a card. */
  handle(wish: Wish): void {
    this.times?.handle(wish);
  }

  /** A card is being answered. */
  get busy(): boolean {
    return this.times?.busy === true;
  }

  override render() {
    return html`
      ${this.counsels ? nothing : this.offHours()}
      <qr-thread-times
        .thread=${this.thread}
        ?counsels=${this.counsels}
        .words=${this.draft}
        .noticeHours=${this.noticeHours}
      >
        ${this.counsels ? this.later() : nothing}
      </qr-thread-times>
      <form @submit=${(event: SubmitEvent) => this.handleSubmit(event)}>
        <textarea
          data-testid="thread-input"
          rows="1"
          maxlength=${MOST_CHARS}
          autocomplete="off"
          aria-label=${t('thread.input')}
          placeholder=${t('thread.input')}
          .value=${this.draft}
          @input=${() => this.say('draft-changed', this.input.value)}
          @keydown=${(event: KeyboardEvent) => this.handleKey(event)}
        ></textarea>
        <button class="primary" data-testid="thread-send">${t('thread.send')}</button>
      </form>
      ${this.ahead ? this.sheet() : nothing}
    `;
  }

  private offHours() {
    return html`
      <qr-off-hours
        .thread=${this.thread}
        .name=${this.name}
        .emergency=${this.emergency}
      ></qr-off-hours>
    `;
  }

  private later() {
    return html`
      <button class="link" data-testid="send-later" @click=${() => (this.ahead = true)}>
        ${t('later.title')}
      </button>
    `;
  }

  private sheet() {
    return html`
      <qr-later-sheet
        .thread=${this.thread}
        .name=${this.name}
        .draft=${this.draft}
        @close-sheet=${() => (this.ahead = false)}
      ></qr-later-sheet>
    `;
  }

  private handleKey(event: KeyboardEvent): void {
    // Enter also ends a word being composed (Chinese input); only a plain Enter sends.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.send();
  }

  private handleSubmit(event: SubmitEvent): void {
    event.preventDefault();
    this.send();
    this.focus();
  }

  private send(): void {
    const body = this.input.value.trim();
    if (body === '') return;
    this.input.value = '';
    this.say('write-message', body);
  }
}
