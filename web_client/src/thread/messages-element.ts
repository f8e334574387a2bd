/** Somebody's messages: the one thread they have, or a list of them and the one they chose. */

import { css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';

import { heldWords, type Why } from './held';
import type { Mailbox, SaidCard } from './mailbox';
import './thread-element';
import type { Chosen } from './uploads';
import { t } from '../i18n/language';
import type { Shown, Thread } from '../protocol/bodies';
import { base, buttons, QuietElement } from '../ui/element';

@customElement('qr-messages')
export class MessagesElement extends QuietElement {
  static override styles = [
    base,
    buttons,
    css`
      :host {
        display: grid;
        min-block-size: 0;
      }
      main {
        display: grid;
        grid-template-rows: auto minmax(0, 1fr);
        min-block-size: 0;
        inline-size: min(100%, 44rem);
        margin-inline: auto;
      }
      .list {
        padding: 0 20px 20px;
        overflow-y: auto;
      }
      .people {
        display: grid;
        gap: 8px;
      }
      .held {
        margin-block-end: 12px;
        padding: 10px 14px;
        border-radius: var(--round-control);
        background: var(--sunken);
        text-wrap: pretty;
      }
      .held small {
        display: block;
        color: var(--ink-2);
        font-size: var(--caption);
      }
      .bar {
        display: flex;
        align-items: center;
        gap: 4px;
        padding-inline: 8px 20px;
      }
      h1 {
        font-size: var(--sentence);
        font-weight: 600;
        overflow-wrap: anywhere;
      }
      .person {
        display: flex;
        justify-content: space-between;
        align-items: center;
        gap: 12px;
        inline-size: 100%;
        min-block-size: 56px;
        text-align: start;
        border-color: var(--hair);
        background: var(--surface);
      }
      .count {
        color: var(--qing);
        font-weight: 600;
      }
      .opening {
        padding: 24px;
        text-align: center;
        color: var(--ink-2);
      }
    `,
  ];

  @property({ attribute: false }) mailbox!: Mailbox;
  @property() emergency = '';
  /** What the clinic asks for before an hour is cancelled. */
  @property({ type: Number }) noticeHours = 24;
  /** Counts the changes of the mailbox. */
  @property({ type: Number }) turn = 0;
  @property({ type: Boolean }) unkept = false;
  /** The thread to begin with; empty for the list, or the only one. */
  @property() chosen = '';
  /** Whether this person is the counsellor of each, or their client. */
  @property({ type: Boolean }) counsels = false;
  /** Why messages are held back just now; null where they are not. */
  @property({ attribute: false }) held: Why | null = null;
  /** How many were held when somebody came to look: a number that moves would call them. */
  private waiting: number | null = null;

  private get known(): readonly Thread[] | null {
    return this.mailbox.people;
  }

  override willUpdate(): void {
    this.lookAtHeld();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const look = (): void => this.mailbox.handleLooking(document.hidden ? '' : this.shown);
    document.addEventListener('visibilitychange', look);
    this.while(() => document.removeEventListener('visibilitychange', look));
    this.while(() => this.mailbox.handleLooking(''));
  }

  override updated(): void {
    if (this.shown !== '') void this.mailbox.inbox.open(this.shown);
    this.mailbox.handleLooking(document.hidden ? '' : this.shown);
  }

  /** The one thread there is; empty where there are several, or none. */
  private get only(): string {
    return this.known?.length === 1 ? (this.known[0]?.id ?? '') : '';
  }

  /** The thread that is shown; empty for the list of them. */
  private get shown(): string {
    return this.chosen === '' ? this.only : this.chosen;
  }

  override render() {
    const { known, only, shown: thread } = this;
    return html`
      <main data-testid="messages">
        <div class="bar">
          <button class="link" data-testid="messages-back" @click=${() => this.back(only)}>
            ${t('thread.back')}
          </button>
          <h1 tabindex="-1">${this.heading(thread)}</h1>
        </div>
        ${known === null ? opening() : thread === '' ? this.people(known) : this.thread(thread)}
      </main>
    `;
  }

  private people(known: readonly Thread[]) {
    return html`
      <div class="list">
        ${this.heldNote()}
        <ul class="people">
          ${known.map(
            (each) => html`
              <li>
                <button class="person" @click=${() => (this.chosen = each.id)}>
                  <span>${this.nameOf(each)}</span>
                  ${this.news(each.id)}
                </button>
              </li>
            `,
          )}
        </ul>
      </div>
    `;
  }

  /** Once for each time that somebody comes to the list while messages are held. */
  private lookAtHeld(): void {
    const looks = this.held !== null && this.known !== null && this.shown === '';
    if (!looks) this.waiting = null;
    else if (this.mailbox.inbox.state === 'open') this.waiting ??= this.mailbox.heldOfAll;
  }

  private heldNote() {
    if (this.held === null || this.waiting === null) return nothing;
    return html`
      <p class="held" data-testid="held">
        ${heldWords(this.held, this.waiting)}
        <small>${t('quiet.about')}</small>
      </p>
    `;
  }

  private news(thread: string) {
    const count = this.mailbox.news(thread);
    if (count === 0) return nothing;
    return html`
      <span class="count">${t('thread.new', { count })}</span>
    `;
  }

  private thread(id: string) {
    const { mailbox } = this;
    const { inbox, uploads } = mailbox;
    const shown = this.known?.find((each) => each.id === id);
    return html`
      <qr-thread
        .inbox=${inbox}
        .thread=${id}
        .name=${shown === undefined ? '' : this.nameOf(shown)}
        ?counsels=${this.counsels}
        ?hushed=${mailbox.isHeld(id)}
        .zone=${shown === undefined ? '' : (this.otherOf(shown).time_zone ?? '')}
        .emergency=${this.emergency}
        .noticeHours=${this.noticeHours}
        .turn=${this.turn}
        .receipts=${mailbox.receipts(id)}
        .presence=${mailbox.presence(id)}
        .unkept=${this.unkept}
        .draft=${mailbox.draft(id)}
        .uploads=${uploads.of(id)}
        @draft-changed=${(event: CustomEvent<string>) => mailbox.setDraft(id, event.detail)}
        @write-message=${(event: CustomEvent<string>) => mailbox.write(id, event.detail)}
        @write-card=${(event: CustomEvent<SaidCard>) => mailbox.writeCard(id, event.detail)}
        @send-file=${(event: CustomEvent<Chosen>) => void uploads.add(id, event.detail)}
        @retry-upload=${(event: CustomEvent<string>) => uploads.retry(event.detail)}
        @discard-upload=${(event: CustomEvent<string>) => uploads.discard(event.detail)}
        @set-receipts=${(event: CustomEvent<boolean>) => mailbox.setReceipts(id, event.detail)}
        @set-presence=${(event: CustomEvent<boolean>) => mailbox.setPresence(id, event.detail)}
        @older-messages=${() => void inbox.older(id)}
        @thread-seen=${(event: CustomEvent<number>) => mailbox.handleSeen(id, event.detail)}
        @recall-message=${(event: CustomEvent<number>) => void inbox.recall(id, event.detail)}
        @retry-message=${(event: CustomEvent<string>) => inbox.sending(id)?.retry(event.detail)}
        @discard-message=${(event: CustomEvent<string>) => inbox.sending(id)?.discard(event.detail)}
      ></qr-thread>
    `;
  }

  private heading(thread: string): string {
    const shown = this.known?.find(({ id }) => id === thread);
    if (shown === undefined) return t('thread.title');
    return t('thread.title.with', { name: this.nameOf(shown) });
  }

  private nameOf(thread: Thread): string {
    return this.otherOf(thread).name;
  }

  private otherOf({ counsellor, client }: Thread): Shown {
    return this.counsels ? client : counsellor;
  }

  private back(only: string): void {
    if (this.chosen !== '' && only === '') this.chosen = '';
    else this.say('leave-messages');
  }
}

function opening() {
  return html`
    <p class="opening" role="status">${t('thread.opening')}</p>
  `;
}
