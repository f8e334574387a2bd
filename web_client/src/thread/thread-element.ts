/** One thread: what was written, what is on its way, and where to write. */

import { html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';

import type { Inbox } from './inbox';
import './composer-element';
import type { Composer } from './composer-element';
import { cardWords, hopesOf } from './file-words';
import './hopes-sheet';
import './list-element';
import type { ThreadList } from './list-element';
import './settings-sheet';
import { threadStyle } from './thread-style';
import type { Upload } from './uploads';
import type { Wish } from '../booking/booking-card';
import { t } from '../i18n/language';
import type { HopesCard, Message, ThreadState } from '../protocol/wire';
import { base, buttons, QuietElement } from '../ui/element';

@customElement('qr-thread')
export class ThreadElement extends QuietElement {
  static override styles = [base, buttons, threadStyle];

  @property({ attribute: false }) inbox!: Inbox;
  /** Of one element always the same. */
  @property() thread = '';
  @property() name = '';
  /** Where the other one's clocks are. */
  @property() zone = '';
  @property() emergency = '';
  @property({ type: Number }) noticeHours = 24;
  /** Of a counsellor, with a client. */
  @property({ type: Boolean }) counsels = false;
  /** What comes in is seen, and not told of. */
  @property({ type: Boolean }) hushed = false;
  /** Counts the changes of the inbox. */
  @property({ type: Number }) turn = 0;
  @property({ type: Boolean }) receipts = false;
  @property({ type: Boolean }) presence = false;
  @property({ type: Boolean }) unkept = false;
  @property() draft = '';
  /** What is on its way into this thread. */
  @property({ attribute: false }) uploads: readonly Upload[] = [];
  @state() private announced = '';
  @state() private deciding = false;
  /** The hour that hopes are being written for; empty for none. */
  @state() private hoping = '';
  /** What was chosen since the gateway told last. */
  @state() private kept: number | null = null;
  /** What was chosen since; undefined where nothing was. */
  @state() private keptChange: number | null | undefined = undefined;
  @query('qr-thread-list') private readonly list!: ThreadList;
  @query('qr-thread-composer') private readonly below!: Composer | null;
  private last = 0;

  override focus(): void {
    this.below?.focus();
  }

  override render() {
    const held = this.held;
    return html`
      <header class="head">
        ${this.counsels ? nothing : this.note()} ${this.hereNote()}
        <button
          class="link about"
          data-testid="thread-settings"
          @click=${() => (this.deciding = true)}
        >
          ${t('settings.open')}
        </button>
      </header>
      ${this.listOf()}
      <div>${this.strip()} ${held?.open === false ? closedNote() : this.composer()}</div>
      <p class="unseen" role="status" data-testid="thread-said">${this.announced}</p>
      ${this.deciding ? this.settings() : nothing} ${this.hoping === '' ? nothing : this.hopes()}
    `;
  }

  override willUpdate(): void {
    const log = this.inbox.log(this.thread);
    const last = log?.last ?? 0;
    if (log === null || last <= this.last) return;
    if (this.last > 0) this.handleNew(last);
    this.last = last;
  }

  /** What to expect, and what to do when that is too long to wait. */
  private note() {
    return html`
      <p class="note">${t('thread.about', { name: this.name })} ${this.emergency}</p>
    `;
  }

  private hereNote() {
    const here = this.held?.open === true && this.inbox.isHere(this.thread);
    return html`
      <p
        class="note"
        role="status"
        aria-live=${this.hushed ? 'off' : 'polite'}
        data-testid="thread-here"
      >
        ${here ? t('thread.here', { name: this.name }) : ''}
      </p>
    `;
  }

  private get messages(): readonly Message[] {
    return this.inbox.log(this.thread)?.messages ?? [];
  }

  private get held(): ThreadState | null {
    return this.inbox.threads.find(({ id }) => id === this.thread) ?? null;
  }

  private listOf() {
    return html`
      <qr-thread-list
        .inbox=${this.inbox}
        .thread=${this.thread}
        .name=${this.name}
        .zone=${this.zone}
        ?counsels=${this.counsels}
        ?hushed=${this.hushed}
        .turn=${this.turn}
        ?busy=${this.below?.busy === true}
        .uploads=${this.uploads}
        @thread-end=${() => this.focus()}
        @write-hopes=${(event: CustomEvent<string>) => (this.hoping = event.detail)}
        @card-deed=${(event: CustomEvent<Wish>) => this.below?.handle(event.detail)}
      ></qr-thread-list>
    `;
  }

  private strip() {
    // What is not kept is not said to be.
    if (this.unkept)
      return html`
        <p class="strip" role="status" data-testid="thread-unkept">${t('thread.unkept')}</p>
      `;
    if (!this.inbox.away) return nothing;
    return html`
      <p class="strip" role="status" data-testid="thread-away">${t('thread.away')}</p>
    `;
  }

  private composer() {
    return html`
      <qr-thread-composer
        .thread=${this.thread}
        .name=${this.name}
        ?counsels=${this.counsels}
        .emergency=${this.emergency}
        .noticeHours=${this.noticeHours}
        .draft=${this.draft}
        @arranging-changed=${() => this.requestUpdate()}
        @write-message=${() => this.list.follow()}
        @write-card=${() => this.list.follow()}
        @send-file=${() => this.list.follow()}
      ></qr-thread-composer>
    `;
  }

  private settings() {
    return html`
      <qr-thread-settings
        .thread=${this.thread}
        .name=${this.name}
        .you=${this.inbox.you}
        .side=${this.counsels ? 'counsellor' : 'client'}
        ?receipts=${this.receipts}
        ?presence=${this.presence}
        .keepDays=${this.kept ?? this.held?.keep_days ?? 365}
        .changeDays=${this.keptChange === undefined ? (this.held?.change_days ?? null) : this.keptChange}
        @keep-days=${(event: CustomEvent<number>) => (this.kept = event.detail)}
        @keep-change=${(event: CustomEvent<number | null>) => (this.keptChange = event.detail)}
        @close-sheet=${() => (this.deciding = false)}
      ></qr-thread-settings>
    `;
  }

  private hopes() {
    return html`
      <qr-hopes-sheet
        .session=${this.hoping}
        .name=${this.name}
        .earlier=${this.hopesFor(this.hoping)}
        @write-card=${() => this.list.follow()}
        @close-sheet=${() => (this.hoping = '')}
      ></qr-hopes-sheet>
    `;
  }

  /** What was said last before an hour. */
  private hopesFor(session: string): HopesCard | null {
    const cards = this.messages.map(hopesOf).filter((card) => card?.session === session);
    return cards.at(-1) ?? null;
  }

  private handleNew(last: number): void {
    if (this.hushed) return;
    const log = this.inbox.log(this.thread);
    const newest = log?.message(last) ?? null;
    if (newest === null || newest.author === this.inbox.you || newest.body === null) return;
    const words = newest.kind === 'text' ? newest.body : cardWords(newest);
    this.announced =
      words === null ? t('thread.card', { name: this.name }) : `${this.name}: ${words}`;
  }
}

function closedNote() {
  return html`
    <p class="foot" data-testid="thread-closed">${t('thread.closed')}</p>
  `;
}
