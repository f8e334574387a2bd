/**
 * Somebody's threads, for as long as their page lives: what was written, what is on its way, and who has
 * read how far. It outlasts every connection.
 *
 * Rule 1: what is written is kept in this browser before it is sent, and until it is stored.
 * Rule 2: a thread's messages are asked for when somebody opens it. Of the others only how far they are is
 * known.
 */

import { type HandState, newHand } from './hand';
import { Sending } from './sending';
import { further, ThreadLog } from './thread-log';
import { type Line, LineLost } from '../protocol/line';
import { type ConnectionState, Returning, type Timers } from '../protocol/returning';
import type {
  Changes,
  CloseReason,
  Code,
  InboxAuth,
  InboxCommand,
  InboxEvent,
  InboxReply,
  Mark,
  Message,
  Present,
  ThreadState,
} from '../protocol/wire';

export type InboxLine = Line<InboxAuth, InboxCommand, InboxReply, InboxEvent>;

/** Where what is not stored yet outlives the page; `owner` is whose it is, for a browser may have several. */
export interface HandStore {
  load(owner: string, thread: string): HandState | null;
  /** Settles once it is kept, or cannot be: then it lives as long as the page does. */
  save(owner: string, thread: string, state: HandState): Promise<void>;
}

export interface InboxOptions {
  readonly line: InboxLine;
  readonly hands: HandStore;
  readonly timers: Timers;
  readonly random: () => number;
  /** A name that nobody has used. */
  readonly name: () => string;
  /** The messages of a thread before this number; rejects when they cannot be had. */
  readonly before: (thread: string, number: number) => Promise<Changes>;
  readonly changed: () => void;
}

/** Of a connection: another try may cure these. */
const TRY_AGAIN: ReadonlySet<Code> = new Set(['busy', 'rate_limited', 'too_many_connections']);

export type Ending =
  | { readonly kind: 'closed'; readonly reason: CloseReason }
  | { readonly kind: 'refused'; readonly code: Code };

/** One thread as this page has it. */
interface Held {
  state: ThreadState;
  readonly sending: Sending;
  log: ThreadLog | null;
  asking: boolean;
  /** The other one lets it be seen that they are there. */
  here: boolean;
}

export class Inbox {
  private readonly held = new Map<string, Held>();
  private readonly connection: Returning;
  you = '';
  ending: Ending | null = null;

  constructor(private readonly options: InboxOptions) {
    const { line, timers, random, changed } = options;
    this.connection = new Returning({
      connect: (patienceMs) => line.connect({ inbox: true, protocol: 1 }, patienceMs),
      disconnect: () => line.disconnect(),
      dropped: () => this.handleDropped(),
      changed,
      timers,
      random,
    });
    line.listen({
      event: (event) => this.handleEvent(event),
      refused: (code) => this.handleRefused(code),
      dropped: () => this.connection.handleDropped(),
    });
  }

  get state(): ConnectionState {
    return this.connection.state;
  }

  /** There was a connection, or a try at one, and there is none: whatever is tried meanwhile. */
  get away(): boolean {
    return this.state !== 'closed' && this.connection.droppedAt !== null;
  }

  get threads(): readonly ThreadState[] {
    return [...this.held.values()].map(({ state }) => state);
  }

  /** What is here of a thread; null until it was opened. */
  log(thread: string): ThreadLog | null {
    return this.held.get(thread)?.log ?? null;
  }

  /** What is written into a thread from here. */
  sending(thread: string): Sending | null {
    return this.held.get(thread)?.sending ?? null;
  }

  start(): void {
    this.connection.start();
  }

  wake(): void {
    this.connection.wake();
  }

  close(): void {
    if (!this.connection.close()) return;
    this.handleDropped();
    this.options.line.disconnect();
  }

  /** Somebody looks at a thread: ask for its newest messages. */
  async open(thread: string): Promise<void> {
    const held = this.held.get(thread);
    if (held?.log !== null) return;
    const found = await this.ask(held, Number.MAX_SAFE_INTEGER);
    if (found === null) return;
    held.log = new ThreadLog();
    held.log.begin(found);
    this.catchUp(held);
    this.options.changed();
  }

  /** Somebody looks further back. Says whether there may be more. */
  async older(thread: string): Promise<boolean> {
    const held = this.held.get(thread);
    const log = held?.log ?? null;
    if (held === undefined || log === null || isWhole(log)) return false;
    const found = await this.ask(held, log.oldest ?? 1);
    if (found !== null) {
      log.prepend(found);
      this.options.changed();
    }
    return !isWhole(log);
  }

  /** Take a message back. Says whether it could be. */
  async recall(thread: string, number: number): Promise<boolean> {
    const reply = await this.request({ type: 'recall_message', thread, number });
    return reply?.type === 'recalled';
  }

  /** Up to here messages came to this page, and were shown. */
  async mark(thread: string, mark: Mark): Promise<void> {
    const held = this.held.get(thread);
    const own = this.markOf(thread, this.you);
    if (held === undefined || own === null) return;
    const next = further(own, mark);
    if (next.delivered === own.delivered && next.read === own.read) return;
    // If this is lost the next connection tells so, and it is said again.
    handleMarked(held, this.you, next);
    await this.request({ type: 'mark_messages', thread, ...next });
  }

  /** Let the other one of a thread see that somebody is here, for as long as this connection; or no longer. */
  async show(thread: string, on: boolean): Promise<void> {
    await this.request({ type: 'show_presence', thread, on });
  }

  /** Whether the other one of a thread is there, and lets it be seen. */
  isHere(thread: string): boolean {
    return this.held.get(thread)?.here === true;
  }

  /** How far somebody is in a thread. */
  markOf(thread: string, person: string): Mark | null {
    const state = this.held.get(thread)?.state;
    if (state === undefined) return null;
    return state.counsellor === person ? state.counsellor_mark : state.client_mark;
  }

  // --- what is told ------------------------------------------------------------------------------

  private handleEvent(event: InboxEvent): void {
    if (this.state === 'closed') return;
    switch (event.type) {
      case 'inbox':
        this.handleWelcome(event.you, event.threads);
        break;
      case 'thread_changed':
        this.take(event.thread);
        break;
      case 'parted':
        this.handleParted(event.counsellor, event.client);
        break;
      case 'closed':
        this.end({ kind: 'closed', reason: event.reason });
        break;
      case 'present':
        this.handlePresent(event);
        break;
      case 'marked':
      case 'message_changed':
        this.handleNews(event);
    }
    this.options.changed();
  }

  private handleWelcome(you: string, threads: readonly ThreadState[]): void {
    if (!this.connection.handleWelcome()) return;
    this.you = you;
    for (const state of threads) this.take(state);
  }

  private handlePresent({ thread, person, here }: Present): void {
    const held = this.held.get(thread);
    if (held !== undefined && person !== this.you) held.here = here;
  }

  private handleNews(event: Extract<InboxEvent, { type: 'message_changed' | 'marked' }>): void {
    const held = this.held.get(event.thread);
    if (held === undefined) return;
    if (event.type === 'marked') handleMarked(held, event.person, event.mark);
    else this.handleMessage(held, event.message);
  }

  private handleMessage(held: Held, message: Message): void {
    const { state } = held;
    const last = Math.max(state.last, message.number);
    held.state = { ...state, last, rev: Math.max(state.rev, message.rev) };
    if (held.log?.receive(message) !== null) this.catchUp(held);
  }

  private handleRefused(code: Code): void {
    if (TRY_AGAIN.has(code)) this.connection.handleDropped('busy');
    else this.end({ kind: 'refused', code });
    this.options.changed();
  }

  private handleDropped(): void {
    for (const held of this.held.values()) {
      held.sending.handleDropped();
      // Nobody tells that they have gone.
      held.here = false;
    }
  }

  private handleParted(counsellor: string, client: string): void {
    for (const held of this.held.values()) {
      const { state } = held;
      if (state.counsellor === counsellor && state.client === client)
        held.state = { ...state, open: false };
    }
  }

  private take(state: ThreadState): void {
    let held = this.held.get(state.id);
    if (held === undefined) {
      held = { state, sending: this.sendingOf(state.id), log: null, asking: false, here: false };
      this.held.set(state.id, held);
    }
    held.state = state;
    this.catchUp(held);
    held.sending.push();
  }

  private sendingOf(thread: string): Sending {
    const { hands, name, timers, changed } = this.options;
    const kept = hands.load(this.you, thread) ?? newHand(name());
    return new Sending(kept, {
      thread,
      request: (command) => this.request(command),
      isOpen: () => this.state === 'open',
      save: (state) => hands.save(this.you, thread, state),
      name,
      timers,
      changed,
    });
  }

  private end(ending: Ending): void {
    if (!this.connection.close()) return;
    this.ending = ending;
    this.handleDropped();
    this.options.line.disconnect();
  }

  // --- what is asked -----------------------------------------------------------------------------

  /** Null where there is no answer: the line went, or the gateway is silent. */
  private async request(command: InboxCommand): Promise<InboxReply | null> {
    if (this.state !== 'open') return null;
    try {
      return await this.options.line.send(command);
    } catch (error) {
      if (error instanceof LineLost) return null;
      throw error;
    }
  }

  /** The messages before this number; null where they cannot be had now, or are being asked for. */
  private async ask(held: Held, number: number): Promise<Changes | null> {
    if (held.asking) return null;
    held.asking = true;
    try {
      return await this.options.before(held.state.id, number);
    } catch {
      return null;
    } finally {
      held.asking = false;
    }
  }

  /** Ask for what an opened thread lacks. */
  private catchUp(held: Held): void {
    const { log } = held;
    if (log === null || held.asking || (log.rev ?? 0) >= held.state.rev) return;
    held.asking = true;
    void this.replay(held, log).finally(() => {
      held.asking = false;
      this.options.changed();
    });
  }

  private async replay(held: Held, log: ThreadLog): Promise<void> {
    const thread = held.state.id;
    for (let since: number | null = log.rev ?? 0; since !== null;) {
      const reply = await this.request({ type: 'replay_thread', thread, since });
      if (reply?.type !== 'changes') return;
      since = log.fill(since, reply);
    }
  }
}

/** The first message of all is here. */
function isWhole(log: ThreadLog): boolean {
  return (log.oldest ?? 1) <= 1;
}

function handleMarked(held: Held, person: string, mark: Mark): void {
  const { state } = held;
  held.state =
    state.counsellor === person
      ? { ...state, counsellor_mark: further(state.counsellor_mark, mark) }
      : { ...state, client_mark: further(state.client_mark, mark) };
}
