/** Where one writes into a thread: the words, and beside them what is said in other ways, or later. */

import { css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';

import './feeling-sheet';
import './later-sheet';
import './off-hours';
import type { Chosen } from './uploads';
import './voice-sheet';
import type { Wish } from '../booking/booking-card';
import '../booking/times-element';
import type { ThreadTimes } from '../booking/times-element';
import { t } from '../i18n/language';
import { composer } from '../ui/composer-style';
import { base, buttons, QuietElement } from '../ui/element';

const MOST_CHARS = 2_000;

@customElement('qr-thread-composer')
export class Composer extends QuietElement {
  static override styles = [
    base,
    buttons,
    composer,
    css`
      .chip {
        padding-inline: 14px;
        border-radius: 999px;
        border-color: var(--hair);
        background: var(--surface);
        color: var(--dai);
      }
      .chip:hover {
        background: var(--sunken);
      }
    `,
  ];

  @property() thread = '';
  @property() name = '';
  @property() emergency = '';
  @property({ type: Number }) noticeHours = 24;
  /** Of a counsellor, with a client. */
  @property({ type: Boolean }) counsels = false;
  @property() draft = '';
  @state() private saying: 'voice' | 'feeling' | 'later' | null = null;
  @query('[type=file]') private readonly files!: HTMLInputElement;
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
        ${this.ways()}
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
      ${this.sheet()}
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

  /** What else one can say, beside words and times. */
  private ways() {
    return html`
      <button class="chip" data-testid="say-voice" @click=${() => (this.saying = 'voice')}>
        ${t('voice.open')}
      </button>
      <button
        class="chip"
        data-testid="say-file"
        aria-describedby="limits"
        @click=${() => this.files.click()}
      >
        ${t('file.attach')}
      </button>
      <span class="unseen" id="limits">${t('file.limits')}</span>
      <input
        type="file"
        hidden
        multiple
        data-testid="file-input"
        @change=${() => this.handleFiles()}
      />
      ${
        this.counsels
          ? html`
              <button class="chip" data-testid="send-later" @click=${() => (this.saying = 'later')}>
                ${t('later.title')}
              </button>
            `
          : html`
              <button
                class="chip"
                data-testid="say-feeling"
                @click=${() => (this.saying = 'feeling')}
              >
                ${t('feeling.open')}
              </button>
            `
      }
    `;
  }

  private sheet() {
    const close = (): void => void (this.saying = null);
    switch (this.saying) {
      case null:
        return nothing;
      case 'voice':
        return html`
          <qr-voice-sheet @close-sheet=${close}></qr-voice-sheet>
        `;
      case 'feeling':
        return html`
          <qr-feeling-sheet .name=${this.name} @close-sheet=${close}></qr-feeling-sheet>
        `;
      case 'later':
        return html`
          <qr-later-sheet
            .thread=${this.thread}
            .name=${this.name}
            .draft=${this.draft}
            @close-sheet=${close}
          ></qr-later-sheet>
        `;
    }
  }

  private handleFiles(): void {
    for (const file of this.files.files ?? [])
      this.say('send-file', { kind: 'file', name: file.name, bytes: file, ms: 0 } satisfies Chosen);
    // The same one can be chosen again.
    this.files.value = '';
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
