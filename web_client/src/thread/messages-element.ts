/** Somebody's messages: the one thread they have, or a list of them and the one they chose. */

import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import type { Mailbox } from './mailbox';
import './thread-element';
import { t } from '../i18n/language';
import type { Shown, Thread } from '../protocol/bodies';
import { ask } from '../protocol/rest';
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
      .people {
        display: grid;
        gap: 8px;
        align-content: start;
        padding: 0 20px 20px;
        overflow-y: auto;
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
  @state() private known: readonly Thread[] | null = null;
  private learning = false;

  override willUpdate(): void {
    if (this.known === null) void this.learn();
  }

  override updated(): void {
    if (this.shown !== '') void this.mailbox.inbox.open(this.shown);
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
      <ul class="people">
        ${known.map(
          (each) => html`
            <li>
              <button class="person" @click=${() => (this.chosen = each.id)}>
                <span>${this.nameOf(each)}</span>
                ${this.unread(each.id)}
              </button>
            </li>
          `,
        )}
      </ul>
    `;
  }

  private unread(thread: string) {
    const count = this.mailbox.unread(thread);
    if (count === 0) return nothing;
    return html`
      <span class="count">${t('thread.new', { count })}</span>
    `;
  }

  private thread(id: string) {
    const { mailbox } = this;
    const { inbox } = mailbox;
    const shown = this.known?.find((each) => each.id === id);
    return html`
      <qr-thread
        .inbox=${inbox}
        .thread=${id}
        .name=${shown === undefined ? '' : this.nameOf(shown)}
        ?counsels=${this.counsels}
        .zone=${shown === undefined ? '' : (this.otherOf(shown).time_zone ?? '')}
        .emergency=${this.emergency}
        .noticeHours=${this.noticeHours}
        .turn=${this.turn}
        .receipts=${mailbox.receipts(id)}
        .unkept=${this.unkept}
        .draft=${mailbox.draft(id)}
        @draft-changed=${(event: CustomEvent<string>) => mailbox.setDraft(id, event.detail)}
        @write-message=${(event: CustomEvent<string>) => mailbox.write(id, event.detail)}
        @set-receipts=${(event: CustomEvent<boolean>) => mailbox.setReceipts(id, event.detail)}
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

  /** Who they are; asked again with whatever happens, until it is known. */
  private async learn(): Promise<void> {
    if (this.learning) return;
    this.learning = true;
    const answer = await ask<{ items: Thread[] }>('GET', 'threads');
    this.learning = false;
    if (answer.kind === 'done') this.known = answer.said.items;
  }
}

function opening() {
  return html`
    <p class="opening" role="status">${t('thread.opening')}</p>
  `;
}
