/**
 * One person's place in a session, for as long as their page lives: it outlasts every connection.
 *
 * Rule 1: the states are the table below; an input it does not name changes nothing.
 * Rule 2: time and chance come from outside, so that a test can drive both.
 * Rule 3: a closed session stays closed. Coming back is a new `Session`.
 */

import { type Loss, ReturnPlan } from './backoff';
import { type Line, LineLost } from './line';
import { EMPTY_ROOM, reduceRoom, type Room } from './room';
import type { SeatStore } from './seats';
import { Texts, type TextChannel } from './texts';
import type { UnsentStore } from './unsent';
import type { CloseReason, Code, Command, Event, Reply, Seat, Welcome } from './wire';

export type SessionState = 'idle' | 'connecting' | 'open' | 'waiting' | 'closed';
type Input = 'start' | 'welcomed' | 'dropped' | 'due' | 'closed';

export const TRANSITIONS: Readonly<
  Record<SessionState, Readonly<Partial<Record<Input, SessionState>>>>
> = {
  idle: { start: 'connecting', closed: 'closed' },
  connecting: { welcomed: 'open', dropped: 'waiting', closed: 'closed' },
  open: { dropped: 'waiting', closed: 'closed' },
  waiting: { due: 'connecting', closed: 'closed' },
  closed: {},
};

/** Why a session closed for good: the gateway's reason, its refusal of the seat, or one's own wish. */
export type Ending =
  | { readonly kind: 'closed'; readonly reason: CloseReason }
  | { readonly kind: 'refused'; readonly code: Code };

/** After these the seat is worth presenting again; after the others it is not. */
const COME_BACK: ReadonlySet<CloseReason> = new Set(['server_stopping', 'timed_out', 'fault']);

/** Refusals of a connection that another try may cure. */
const TRY_AGAIN: ReadonlySet<Code> = new Set([
  'busy',
  'rate_limited',
  'too_many_connections',
  'not_in_room',
]);

export interface Timers {
  /** Unix milliseconds. */
  now(): number;
  set(callback: () => void, ms: number): number;
  clear(id: number): void;
}

export interface SessionOptions {
  readonly line: Line;
  readonly seats: SeatStore;
  readonly seat: Seat;
  readonly timers: Timers;
  readonly random: () => number;
  /** Where texts on their way out outlive a reload. */
  readonly unsent?: UnsentStore;
}

export class Session {
  private current: SessionState = 'idle';
  private seat: Seat;
  private readonly plan = new ReturnPlan();
  private timer: number | null = null;
  private dropTime: number | null = null;
  private gatewayGone = false;
  private readonly changed = new Set<() => void>();
  private readonly heard = new Set<(event: Event) => void>();

  room: Room = EMPTY_ROOM;
  ending: Ending | null = null;
  readonly texts: Texts;

  constructor(private readonly options: SessionOptions) {
    this.seat = options.seat;
    this.texts = new Texts({
      send: (command) => this.request(command),
      changed: () => this.tell(),
      resync: () => this.resync(),
      timers: options.timers,
      unsent: options.unsent,
    });
    options.line.listen({
      event: (event) => this.handleEvent(event),
      refused: (code) => this.handleRefused(code),
      dropped: () => this.handleDropped(),
    });
  }

  get state(): SessionState {
    return this.current;
  }

  get name(): string {
    return this.seat.name;
  }

  /** Unix milliseconds since which there is no connection; null while there is one. */
  get droppedAt(): number | null {
    return this.dropTime;
  }

  /** It was the gateway that went, to restart or under its load, and not the network. */
  get restarting(): boolean {
    return this.gatewayGone;
  }

  /** Call `listener` after every change of state, room or texts. Returns how to stop. */
  onChange(listener: () => void): () => void {
    this.changed.add(listener);
    return () => this.changed.delete(listener);
  }

  /** Call `listener` with every event, after the room has taken it. Returns how to stop. */
  onEvent(listener: (event: Event) => void): () => void {
    this.heard.add(listener);
    return () => this.heard.delete(listener);
  }

  start(): void {
    if (this.move('start')) this.connect();
  }

  /** The network may be back (online, the page is visible again): do not sit out the pause. */
  wake(): void {
    if (this.current !== 'waiting' && !(this.current === 'connecting' && this.droppedAt !== null))
      return;
    this.plan.handleHint(this.options.timers.now());
    this.move('dropped');
    this.handleDue();
  }

  /** The connection may be dead without knowing it: let it go, and take a new one at once. */
  renew(): void {
    if (this.current !== 'open') return;
    this.options.line.disconnect();
    this.handleDropped();
    this.wake();
  }

  /** Send a command and wait for its reply. Rejects with {@link LineLost} without a connection. */
  async request(command: Command): Promise<Reply> {
    if (this.current !== 'open') throw new LineLost();
    return this.options.line.send(command);
  }

  setTextChannel(channel: TextChannel | null): void {
    this.texts.setChannel(channel);
  }

  /** Give the seat up, at once for this page; the gateway is told if it can be. */
  leave(): void {
    void this.part({ type: 'leave', quickly: false }, 'left');
  }

  /** The same for who must be gone at once. Settles when the gateway knows, or never can. */
  leaveQuickly(): Promise<void> {
    return this.part({ type: 'leave', quickly: true }, 'left_quickly');
  }

  /**
   * End the session for everyone (the counsellor's right; the gateway checks). Says whether it ended: if not,
   * nobody was told to go, and this page stays.
   */
  async end(): Promise<boolean> {
    const reply = await this.request({ type: 'end_session' }).catch(() => null);
    if (reply?.type === 'done') this.close({ kind: 'closed', reason: 'session_ended' });
    if (this.current !== 'closed') return false;
    this.options.line.disconnect();
    return true;
  }

  private async part(command: Command, reason: CloseReason): Promise<void> {
    if (this.current === 'closed') return;
    const line = this.options.line;
    const told = this.current === 'open' ? line.send(command) : Promise.reject(new LineLost());
    this.close({ kind: 'closed', reason });
    await told.catch(() => undefined);
    line.disconnect();
  }

  private connect(): void {
    this.options.line.connect(
      { seat: this.seat.seat, protocol: 1, after: this.texts.after, log: this.texts.log },
      this.plan.handleTry(this.options.timers.now()),
    );
  }

  private handleEvent(event: Event): void {
    if (this.current === 'closed') return;
    this.room = reduceRoom(this.room, event, this.options.timers.now());
    if (event.type === 'welcome') this.handleWelcome(event);
    else if (event.type === 'text') this.texts.receive(event);
    else if (event.type === 'closed') this.handleClosed(event.reason);
    for (const listener of this.heard) listener(event);
    this.tell();
  }

  private handleWelcome(welcome: Welcome): void {
    if (!this.move('welcomed')) return;
    this.plan.handleBack(this.options.timers.now());
    this.dropTime = null;
    this.gatewayGone = false;
    this.seat = { ...this.seat, seat: welcome.seat };
    this.options.seats.save(this.seat);
    this.texts.resume(welcome);
  }

  private handleClosed(reason: CloseReason): void {
    if (COME_BACK.has(reason)) this.handleDropped('restarting');
    else this.close({ kind: 'closed', reason });
    this.options.line.disconnect();
  }

  private handleRefused(code: Code): void {
    if (TRY_AGAIN.has(code)) this.handleDropped('busy');
    else if (code === 'seat_replaced') this.close({ kind: 'closed', reason: 'taken_over' });
    else if (code === 'room_ended') this.close({ kind: 'closed', reason: 'session_ended' });
    else this.close({ kind: 'refused', code });
  }

  private handleDropped(loss: Loss = 'lost'): void {
    if (!this.move('dropped')) return;
    const { timers, random } = this.options;
    this.dropTime ??= timers.now();
    this.gatewayGone ||= loss === 'restarting';
    this.texts.suspend();
    const pause = this.plan.handleLost(loss, timers.now(), random());
    this.timer = timers.set(() => this.handleDue(), pause);
    this.tell();
  }

  private handleDue(): void {
    this.clearTimer();
    if (this.move('due')) this.connect();
    this.tell();
  }

  private resync(): void {
    if (this.current !== 'open') return;
    this.options.line.disconnect();
    this.handleDropped();
  }

  private close(ending: Ending): void {
    if (!this.move('closed')) return;
    this.clearTimer();
    this.ending = ending;
    this.texts.close();
    // A seat that is over is nobody's to find in this browser, nor what was not sent from it. A room
    // that is full may have a seat again.
    if (ending.kind === 'closed' || ending.code !== 'room_full') {
      this.options.seats.clear();
      this.options.unsent?.clear();
    }
    this.tell();
  }

  private clearTimer(): void {
    if (this.timer !== null) this.options.timers.clear(this.timer);
    this.timer = null;
  }

  private move(input: Input): boolean {
    const next = TRANSITIONS[this.current][input];
    if (next === undefined) return false;
    this.current = next;
    return true;
  }

  private tell(): void {
    for (const listener of this.changed) listener();
  }
}
