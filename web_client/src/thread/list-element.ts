/** What was written in a thread, and what is on its way into it: drawn where it is looked at. */

import { html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { ref } from 'lit/directives/ref.js';
import { repeat } from 'lit/directives/repeat.js';

import './block-element';
import type { ThreadBlock } from './block-element';
import { DrawnBlocks, type Piece } from './drawn-blocks';
import type { Inbox } from './inbox';
import { type Block, Blocks, notYetHere, outgoingRows, type Row } from './rows';
import { listStyle } from './thread-style';
import type { Upload } from './uploads';
import { NewestCards } from '../booking/card';
import { t } from '../i18n/language';
import type { Message } from '../protocol/wire';
import { base, buttons, QuietElement } from '../ui/element';

const RECALL_MS = 120_000;
const LOOK_MS = 15_000;
/** So close to its end somebody reads what comes. */
const NEAR_PX = 120;
/** So far above what is seen the next ones are drawn. */
const AHEAD_PX = 1_200;
/** After so much scrolling it is looked again what is to be drawn. */
const STEP_PX = 600;

/** What is seen at the top, and how far below the list's own top it stands. */
interface Anchor {
  readonly block: ThreadBlock;
  readonly below: number;
}

@customElement('qr-thread-list')
export class ThreadList extends QuietElement {
  static override styles = [base, buttons, listStyle];

  @property({ attribute: false }) inbox!: Inbox;
  /** Of one element always the same. */
  @property() thread = '';
  @property() name = '';
  /** Where the other one's clocks are. */
  @property() zone = '';
  /** Of a counsellor, with a client. */
  @property({ type: Boolean }) counsels = false;
  /** Counts the changes of the inbox. */
  @property({ type: Number }) turn = 0;
  /** What comes in is seen, and not told of. */
  @property({ type: Boolean }) hushed = false;
  /** What is asked for by a card is on its way. */
  @property({ type: Boolean }) busy = false;
  /** What is on its way into this thread. */
  @property({ attribute: false }) uploads: readonly Upload[] = [];
  @state() private fresh = 0;
  @state() private now = Date.now();
  @query('.list') private readonly list!: HTMLElement;
  private readonly cards = new NewestCards();
  private readonly blocks = new Blocks();
  private readonly drawn = new DrawnBlocks();
  private readonly sizes = new ResizeObserver((entries) => this.handleSizes(entries));
  private watched = new Set<Element>();
  private anchor: Anchor | null = null;
  private near = true;
  private top = 0;
  /** Where it was when it was decided what to draw. */
  private drawnAt = 0;
  private last = 0;
  private filling = false;
  private seen = false;

  override connectedCallback(): void {
    super.connectedCallback();
    const timer = window.setInterval(() => (this.now = Date.now()), LOOK_MS);
    this.while(() => window.clearInterval(timer));
  }

  /** What stands below grows, or a keyboard comes. */
  override firstUpdated(): void {
    this.sizes.observe(this.list);
    this.while(() => this.sizes.disconnect());
  }

  /** To who looks back it is drawn once a frame, whatever comes in meanwhile. */
  protected override async scheduleUpdate(): Promise<void> {
    if (!this.near) await new Promise((done) => window.requestAnimationFrame(done));
    await super.scheduleUpdate();
  }

  /** Whoever has just written wants to see it. */
  follow(): void {
    this.near = true;
  }

  override render() {
    return html`
      <div
        class="list"
        role="list"
        tabindex="0"
        data-testid="thread-list"
        aria-label=${t('thread.list')}
        @scroll=${() => this.handleScroll()}
      >
        <p class="edge">${this.edge()}</p>
        ${this.rows()}
      </div>
      ${this.fresh === 0 || this.hushed ? nothing : this.more()}
    `;
  }

  override willUpdate(): void {
    const log = this.inbox.log(this.thread);
    const last = log?.last ?? 0;
    if (log !== null && last > this.last) {
      if (this.last > 0 && !this.near) this.fresh += last - this.last;
      this.last = last;
    }
    // Of what is still being laid out, nothing can be said.
    if (!this.near) this.anchor ??= this.anchored();
  }

  override updated(): void {
    // To ask where something stands lays out the page: not while it is only being opened.
    if (this.inbox.log(this.thread) !== null) void this.settle();
  }

  /** Once what was drawn has its height, and before anybody sees it. */
  private async settle(): Promise<void> {
    const blocks = this.elements();
    await Promise.all(blocks.map((block) => block.updateComplete));
    this.watch(blocks);
    if (this.near) this.stayAtEnd();
    else this.stayAtAnchor();
    this.anchor = null;
    if (this.seen) this.handleDrawn();
    else requestAnimationFrame(() => this.handleDrawn());
  }

  /** What is looked at comes first: the first time a frame earlier than all that follows from it. */
  private handleDrawn(): void {
    this.seen = true;
    this.tellSeen();
    this.lookAhead();
  }

  private elements(): ThreadBlock[] {
    return [...this.list.querySelectorAll<ThreadBlock>('qr-thread-block')];
  }

  /** Heights are told of by those that have changed. */
  private watch(blocks: readonly Element[]): void {
    const next = new Set(blocks);
    for (const block of this.watched) if (!next.has(block)) this.sizes.unobserve(block);
    for (const block of next) if (!this.watched.has(block)) this.sizes.observe(block);
    this.watched = next;
  }

  private handleSizes(entries: readonly ResizeObserverEntry[]): void {
    for (const { target, borderBoxSize } of entries) {
      const key = (target as Partial<ThreadBlock>).key;
      if (key !== undefined && key !== null)
        this.drawn.measure(key, borderBoxSize[0]?.blockSize ?? 0);
    }
    this.stayAtEnd();
  }

  /** What comes next further back is drawn before it is looked at, a little in each frame. */
  private lookAhead(): void {
    if (this.filling || this.list.scrollTop > AHEAD_PX) return;
    this.filling = true;
    requestAnimationFrame(() => {
      this.filling = false;
      const more = this.drawn.grow(this.all());
      if (!more) this.say('older-messages');
      if (more || this.hasMoved()) this.requestUpdate();
    });
  }

  /** So far that something else may have to be drawn. */
  private hasMoved(): boolean {
    return Math.abs(this.top - this.drawnAt) > STEP_PX;
  }

  private get messages(): readonly Message[] {
    return this.inbox.log(this.thread)?.messages ?? [];
  }

  private rows() {
    const log = this.inbox.log(this.thread);
    const outgoing = this.outgoing();
    if (log !== null && log.messages.length === 0 && outgoing.length === 0)
      return html`
        <p class="empty">${t('thread.empty')}</p>
      `;
    const newest = this.cards.of(this.messages);
    const recallFrom = this.recallFrom;
    const block = (some: readonly Row[], key: number | null) => html`
      <qr-thread-block
        role="presentation"
        .key=${key}
        .rows=${some}
        .thread=${this.thread}
        ?away=${this.inbox.away}
        .you=${this.inbox.you}
        .name=${this.name}
        .side=${this.counsels ? 'counsellor' : 'client'}
        .zone=${this.zone}
        .newest=${newest}
        ?busy=${this.busy}
        .recallFrom=${recallFrom}
      ></qr-thread-block>
    `;
    return html`
      ${repeat(
        this.pieces(),
        ({ key }) => key,
        (piece) =>
          piece.kind === 'room' ? roomOf(piece.px) : block(piece.block.rows, piece.block.key),
      )}
      ${outgoing.length === 0 ? nothing : block(outgoing, null)}
    `;
  }

  private pieces(): readonly Piece[] {
    this.drawnAt = this.top;
    const height = this.hasUpdated ? this.list.clientHeight : 0;
    return this.drawn.pieces(this.all(), { top: this.top, height });
  }

  private all(): readonly Block[] {
    const log = this.inbox.log(this.thread);
    const held = this.inbox.threads.find(({ id }) => id === this.thread);
    if (log === null || held === undefined) return [];
    const { you } = this.inbox;
    const other = held.counsellor === you ? held.client_mark : held.counsellor_mark;
    return this.blocks.of({ messages: log.messages, you, other, dayOf: localDay });
  }

  private outgoing(): readonly Row[] {
    const sending = this.inbox.sending(this.thread);
    if (sending === null) return [];
    const { unsent, failed } = sending.state;
    return outgoingRows({ unsent, failed, uploads: notYetHere(this.uploads, this.messages) });
  }

  /** What there is above what is here. */
  private edge(): string {
    const log = this.inbox.log(this.thread);
    if (log === null) return t('thread.opening');
    if ((log.oldest ?? 1) > 1) return t('thread.older');
    return log.messages.length === 0 ? '' : t('thread.beginning');
  }

  private get recallFrom(): number {
    const old = this.messages.findLastIndex(({ at }) => at <= this.now - RECALL_MS);
    return this.messages[old + 1]?.number ?? Infinity;
  }

  private more() {
    return html`
      <button class="fresh" @click=${() => this.toEnd()}>
        ${t('thread.new', { count: this.fresh })}
      </button>
    `;
  }

  private handleScroll(): void {
    const { scrollHeight, scrollTop, clientHeight } = this.list;
    const atEnd = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    // What grows below is no looking back: only who scrolls up leaves the end.
    this.near = atEnd || (this.near && scrollTop >= this.top);
    this.top = scrollTop;
    if (!atEnd) this.stayAtEnd();
    if (this.near) this.fresh = 0;
    this.tellSeen();
    this.lookAhead();
    // Whoever draws more in the next frame draws this, too.
    if (!this.filling && this.hasMoved()) this.requestUpdate();
  }

  /** Who reads the end goes on reading it. */
  private stayAtEnd(): void {
    if (!this.near) return;
    this.list.scrollTop = this.list.scrollHeight;
    this.top = this.list.scrollTop;
  }

  /** The first block that is seen. */
  private anchored(): Anchor | null {
    const { scrollTop } = this.list;
    const block = this.elements().find((each) => each.offsetTop + each.offsetHeight > scrollTop);
    return block === undefined ? null : { block, below: block.offsetTop - scrollTop };
  }

  /** What came in above does not push down what is read. */
  private stayAtAnchor(): void {
    if (this.anchor?.block.isConnected !== true) return;
    const top = this.anchor.block.offsetTop - this.anchor.below;
    if (Math.abs(top - this.list.scrollTop) >= 1) this.list.scrollTop = top;
    this.top = this.list.scrollTop;
  }

  private toEnd(): void {
    this.near = true;
    this.fresh = 0;
    this.stayAtEnd();
    this.say('thread-end');
  }

  /** Somebody has seen the newest message. */
  private tellSeen(): void {
    if (this.near && !document.hidden && this.last > 0) this.say('thread-seen', this.last);
  }
}

/** As much room as was taken by what was let go of. No style in the markup: the page's policy allows none. */
function roomOf(px: number) {
  const size = (room?: Element): void => {
    if (room instanceof HTMLElement) room.style.blockSize = `${px}px`;
  };
  return html`
    <div ${ref(size)}></div>
  `;
}

/** The day of a moment, where the reader is. */
function localDay(at: number): string {
  return new Date(at).toDateString();
}
