/**
 * One person's place in a session, for as long as their page lives: it outlasts every connection.
 * A closed session stays closed. Coming back is a new `Session`.
 */

import { type Line, LineLost } from './line';
import { type ConnectionState, Returning, type Timers } from './returning';
import { EMPTY_ROOM, reduceRoom, type Room } from './room';
import type { SeatStore } from './seats';
import { Texts, type TextChannel } from './texts';
import type { UnsentStore } from './unsent';
import type { CloseReason, Code, Command, Event, Reply, Seat, Welcome } from './wire';

export type SessionState = ConnectionState;

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
  private seat: Seat;
  private readonly connection: Returning;
  private readonly changed = new Set<() => void>();
  private readonly heard = new Set<(event: Event) => void>();

  room: Room = EMPTY_ROOM;
  ending: Ending | null = null;
  readonly texts: Texts;

  constructor(private readonly options: SessionOptions) {
    this.seat = options.seat;
    const { line, timers, random } = options;
    this.connection = new Returning({
      connect: (patienceMs) => this.connect(patienceMs),
      disconnect: () => line.disconnect(),
      dropped: () => this.texts.suspend(),
      changed: () => this.tell(),
      timers,
      random,
    });
    this.texts = new Texts({
      send: (command) => this.request(command),
      changed: () => this.tell(),
      resync: () => this.connection.drop(),
      timers,
      unsent: options.unsent,
    });
    line.listen({
      event: (event) => this.handleEvent(event),
      refused: (code) => this.handleRefused(code),
      dropped: () => this.connection.handleDropped(),
    });
  }

  get state(): SessionState {
    return this.connection.state;
  }

  get name(): string {
    return this.seat.name;
  }

  /** Unix milliseconds since which there is no connection; null while there is one. */
  get droppedAt(): number | null {
    return this.connection.droppedAt;
  }

  /** It was the gateway that went, to restart or under its load, and not the network. */
  get restarting(): boolean {
    return this.connection.restarting;
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
    this.connection.start();
  }

  /** The network may be back (online, the page is visible again): do not sit out the pause. */
  wake(): void {
    this.connection.wake();
  }

  /** The connection may be dead without knowing it: let it go, and take a new one at once. */
  renew(): void {
    this.connection.renew();
  }

  /** Send a command and wait for its reply. Rejects with {@link LineLost} without a connection. */
  async request(command: Command): Promise<Reply> {
    if (this.state !== 'open') throw new LineLost();
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
    if (this.state !== 'closed') return false;
    this.options.line.disconnect();
    return true;
  }

  private async part(command: Command, reason: CloseReason): Promise<void> {
    if (this.state === 'closed') return;
    const line = this.options.line;
    const told = this.state === 'open' ? line.send(command) : Promise.reject(new LineLost());
    this.close({ kind: 'closed', reason });
    await told.catch(() => undefined);
    line.disconnect();
  }

  private connect(patienceMs: number): void {
    const { after, log } = this.texts;
    this.options.line.connect({ seat: this.seat.seat, protocol: 1, after, log }, patienceMs);
  }

  private handleEvent(event: Event): void {
    if (this.state === 'closed') return;
    this.room = reduceRoom(this.room, event, this.options.timers.now());
    if (event.type === 'welcome') this.handleWelcome(event);
    else if (event.type === 'text') this.texts.receive(event);
    else if (event.type === 'closed') this.handleClosed(event.reason);
    for (const listener of this.heard) listener(event);
    this.tell();
  }

  private handleWelcome(welcome: Welcome): void {
    if (!this.connection.handleWelcome()) return;
    this.seat = { ...this.seat, seat: welcome.seat };
    this.options.seats.save(this.seat);
    this.texts.resume(welcome);
  }

  private handleClosed(reason: CloseReason): void {
    if (COME_BACK.has(reason)) this.connection.handleDropped('restarting');
    else this.close({ kind: 'closed', reason });
    this.options.line.disconnect();
  }

  private handleRefused(code: Code): void {
    if (TRY_AGAIN.has(code)) this.connection.handleDropped('busy');
    else if (code === 'seat_replaced') this.close({ kind: 'closed', reason: 'taken_over' });
    else if (code === 'room_ended') this.close({ kind: 'closed', reason: 'session_ended' });
    else this.close({ kind: 'refused', code });
  }

  private close(ending: Ending): void {
    if (!this.connection.close()) return;
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

  private tell(): void {
    for (const listener of this.changed) listener();
  }
}
