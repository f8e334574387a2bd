/** One thread: what was written, what is on its way, and where to write. */

import { html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';

import './block-element';
import type { Inbox } from './inbox';
import './composer-element';
import type { Composer } from './composer-element';
import { Blocks, outgoingRows, type Row } from './rows';
import './settings-sheet';
import { threadStyle } from './thread-style';
import type { Wish } from '../booking/booking-card';
import { NewestCards } from '../booking/card';
import { t } from '../i18n/language';
import type { Message, ThreadState } from '../protocol/wire';
import { base, buttons, QuietElement } from '../ui/element';

const RECALL_MS = 120_000;
const LOOK_MS = 15_000;
/** So close to its end somebody reads what comes. */
const NEAR_PX = 120;
/** So many blocks are drawn at first, and so many more in one frame as somebody looks further back. */
const FIRST_BLOCKS = 4;
const MORE_BLOCKS = 2;
/** So far above what is seen the next ones are drawn. */
const AHEAD_PX = 1_200;

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
  /** Counts the changes of the inbox. */
  @property({ type: Number }) turn = 0;
  @property({ type: Boolean }) receipts = false;
  @property({ type: Boolean }) unkept = false;
  @property() draft = '';
  @state() private fresh = 0;
  @state() private now = Date.now();
  @state() private announced = '';
  @state() private deciding = false;
  /** What was chosen since the gateway told last. */
  @state() private kept: number | null = null;
  @query('.list') private readonly list!: HTMLElement;
  @query('qr-thread-composer') private readonly below!: Composer | null;
  private readonly cards = new NewestCards();
  private readonly blocks = new Blocks();
  private near = true;
  private last = 0;
  private height = 0;
  private depth = FIRST_BLOCKS;
  private filling = false;

  override connectedCallback(): void {
    super.connectedCallback();
    const timer = window.setInterval(() => (this.now = Date.now()), LOOK_MS);
    this.while(() => window.clearInterval(timer));
  }

  override focus(): void {
    this.below?.focus();
  }

  override render() {
    const held = this.held;
    return html`
      <header class="head">
        ${this.counsels ? nothing : this.note()}
        <button
          class="link about"
          data-testid="thread-settings"
          @click=${() => (this.deciding = true)}
        >
          ${t('settings.open')}
        </button>
      </header>
      <div class="frame">${this.listOf()} ${this.fresh === 0 ? nothing : this.more()}</div>
      <div>${this.strip()} ${held?.open === false ? closedNote() : this.composer()}</div>
      <p class="unseen" role="status">${this.announced}</p>
      ${this.deciding ? this.settings() : nothing}
    `;
  }

  override willUpdate(): void {
    const log = this.inbox.log(this.thread);
    const last = log?.last ?? 0;
    if (log === null || last <= this.last) return;
    if (this.last > 0) this.handleNew(last);
    this.last = last;
  }

  override updated(): void {
    const { list } = this;
    if (this.near) {
      list.scrollTop = list.scrollHeight;
      // What is drawn within the blocks has its height by then.
      requestAnimationFrame(() => {
        if (this.near) list.scrollTop = list.scrollHeight;
      });
    } else if (!CSS.supports('overflow-anchor', 'auto') && list.scrollTop < NEAR_PX) {
      // What came in above pushes down what is read.
      list.scrollTop += list.scrollHeight - this.height;
    }
    this.height = list.scrollHeight;
    this.tellSeen();
    this.lookAhead();
  }

  /** What comes next further back is drawn before it is looked at, a little in each frame. */
  private lookAhead(): void {
    if (this.filling || this.list.scrollTop > AHEAD_PX) return;
    this.filling = true;
    requestAnimationFrame(() => {
      this.filling = false;
      if (this.depth < this.all().length) {
        this.depth += MORE_BLOCKS;
        this.requestUpdate();
      } else this.say('older-messages');
    });
  }

  /** What to expect, and what to do when that is too long to wait. */
  private note() {
    return html`
      <p class="note">${t('thread.about', { name: this.name })} ${this.emergency}</p>
    `;
  }

  private get held(): ThreadState | null {
    return this.inbox.threads.find(({ id }) => id === this.thread) ?? null;
  }

  private listOf() {
    const log = this.inbox.log(this.thread);
    const rows = this.outgoing();
    const none = log !== null && log.messages.length === 0 && rows.length === 0;
    return html`
      <div
        class="list"
        role="list"
        tabindex="0"
        data-testid="thread-list"
        aria-label=${t('thread.list')}
        @scroll=${() => this.handleScroll()}
        @card-deed=${(event: CustomEvent<Wish>) => this.below?.handle(event.detail)}
      >
        <p class="edge">${this.edge()}</p>
        ${
          none
            ? html`
                <p class="empty">${t('thread.empty')}</p>
              `
            : nothing
        }
        ${repeat(
          this.all().slice(-this.depth),
          ({ key }) => key,
          ({ rows: some }) => this.block(some),
        )}
        ${rows.length === 0 ? nothing : this.block(rows)}
      </div>
    `;
  }

  private block(rows: readonly Row[]) {
    return html`
      <qr-thread-block
        role="presentation"
        .rows=${rows}
        .you=${this.inbox.you}
        .name=${this.name}
        .side=${this.counsels ? 'counsellor' : 'client'}
        .zone=${this.zone}
        .newest=${this.cards.of(this.inbox.log(this.thread)?.messages ?? [])}
        ?busy=${this.below?.busy === true}
        .recallFrom=${this.recallFrom}
      ></qr-thread-block>
    `;
  }

  private all() {
    const log = this.inbox.log(this.thread);
    const held = this.held;
    if (log === null || held === null) return [];
    const { you } = this.inbox;
    const other = held.counsellor === you ? held.client_mark : held.counsellor_mark;
    return this.blocks.of({ messages: log.messages, you, other, dayOf: localDay });
  }

  private outgoing(): readonly Row[] {
    const sending = this.inbox.sending(this.thread);
    return sending === null ? [] : outgoingRows(sending.state.unsent, sending.state.failed);
  }

  /** What there is above what is here. */
  private edge(): string {
    const log = this.inbox.log(this.thread);
    if (log === null) return t('thread.opening');
    if ((log.oldest ?? 1) > 1) return t('thread.older');
    return log.messages.length === 0 ? '' : t('thread.beginning');
  }

  private get recallFrom(): number {
    const messages = this.inbox.log(this.thread)?.messages ?? [];
    const young = messages.find(({ at }) => at > this.now - RECALL_MS);
    return young?.number ?? Infinity;
  }

  private more() {
    return html`
      <button class="fresh" @click=${() => this.toEnd()}>
        ${t('thread.new', { count: this.fresh })}
      </button>
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
        @write-message=${() => (this.near = true)}
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
        .keepDays=${this.kept ?? this.held?.keep_days ?? 365}
        @keep-days=${(event: CustomEvent<number>) => (this.kept = event.detail)}
        @close-sheet=${() => (this.deciding = false)}
      ></qr-thread-settings>
    `;
  }

  private handleNew(last: number): void {
    if (!this.near) this.fresh += last - this.last;
    const log = this.inbox.log(this.thread);
    const newest = log?.message(last) ?? null;
    if (newest === null || newest.author === this.inbox.you || newest.body === null) return;
    this.announced = isCard(newest)
      ? t('thread.card', { name: this.name })
      : `${this.name}: ${newest.body}`;
  }

  private handleScroll(): void {
    const { scrollHeight, scrollTop, clientHeight } = this.list;
    this.near = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    if (this.near) this.fresh = 0;
    this.tellSeen();
    this.lookAhead();
  }

  private toEnd(): void {
    this.near = true;
    this.fresh = 0;
    this.list.scrollTop = this.list.scrollHeight;
    this.focus();
  }

  /** Somebody has seen the newest message. */
  private tellSeen(): void {
    if (this.near && !document.hidden && this.last > 0) this.say('thread-seen', this.last);
  }
}

function closedNote() {
  return html`
    <p class="foot" data-testid="thread-closed">${t('thread.closed')}</p>
  `;
}

/** What is no text is read from its card. */
function isCard(message: Message): boolean {
  return message.kind !== 'text';
}

/** The day of a moment, where the reader is. */
function localDay(at: number): string {
  return new Date(at).toDateString();
}
