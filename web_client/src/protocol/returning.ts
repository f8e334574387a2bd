/**
 * A connection that comes back by itself, for as long as its page wants one.
 *
 * Rule 1: the states are the table below; an input it does not name changes nothing.
 * Rule 2: time and chance come from outside, so that a test can drive both.
 * Rule 3: what is closed stays closed.
 */

import { type Loss, ReturnPlan } from './backoff';

export type ConnectionState = 'idle' | 'connecting' | 'open' | 'waiting' | 'closed';
type Input = 'start' | 'welcomed' | 'dropped' | 'due' | 'closed';

export const TRANSITIONS: Readonly<
  Record<ConnectionState, Readonly<Partial<Record<Input, ConnectionState>>>>
> = {
  idle: { start: 'connecting', closed: 'closed' },
  connecting: { welcomed: 'open', dropped: 'waiting', closed: 'closed' },
  open: { dropped: 'waiting', closed: 'closed' },
  waiting: { due: 'connecting', closed: 'closed' },
  closed: {},
};

export interface Timers {
  /** Unix milliseconds. */
  now(): number;
  set(callback: () => void, ms: number): number;
  clear(id: number): void;
}

export interface ReturningOptions {
  /** Try to reach the gateway; after so long the try counts as lost. */
  readonly connect: (patienceMs: number) => void;
  readonly disconnect: () => void;
  /** There is no connection now. */
  readonly dropped: () => void;
  readonly changed: () => void;
  readonly timers: Timers;
  readonly random: () => number;
}

export class Returning {
  private current: ConnectionState = 'idle';
  private readonly plan = new ReturnPlan();
  private timer: number | null = null;
  private dropTime: number | null = null;
  private gatewayGone = false;

  constructor(private readonly options: ReturningOptions) {}

  get state(): ConnectionState {
    return this.current;
  }

  /** Unix milliseconds since which there is no connection; null while there is one. */
  get droppedAt(): number | null {
    return this.dropTime;
  }

  /** It was the gateway that went, to restart or under its load, and not the network. */
  get restarting(): boolean {
    return this.gatewayGone;
  }

  start(): void {
    if (this.move('start')) this.connect();
  }

  /** The network may be back (online, the page is visible again): do not sit out the pause. */
  wake(): void {
    if (this.current !== 'waiting' && !(this.current === 'connecting' && this.dropTime !== null))
      return;
    this.plan.handleHint(this.options.timers.now());
    this.move('dropped');
    this.handleDue();
  }

  /** The connection may be dead without knowing it: let it go, and take a new one at once. */
  renew(): void {
    if (this.current !== 'open') return;
    this.options.disconnect();
    this.handleDropped();
    this.wake();
  }

  /** Let it go; a new one is taken in its time. */
  drop(): void {
    if (this.current !== 'open') return;
    this.options.disconnect();
    this.handleDropped();
  }

  /** The gateway has taken the connection. Says whether one was wanted. */
  handleWelcome(): boolean {
    if (!this.move('welcomed')) return false;
    this.plan.handleBack(this.options.timers.now());
    this.dropTime = null;
    this.gatewayGone = false;
    return true;
  }

  handleDropped(loss: Loss = 'lost'): void {
    if (!this.move('dropped')) return;
    const { timers, random } = this.options;
    this.dropTime ??= timers.now();
    this.gatewayGone ||= loss === 'restarting';
    this.options.dropped();
    const pause = this.plan.handleLost(loss, timers.now(), random());
    this.timer = timers.set(() => this.handleDue(), pause);
    this.options.changed();
  }

  /** For good. Says whether it was not closed yet. */
  close(): boolean {
    if (!this.move('closed')) return false;
    this.clearTimer();
    return true;
  }

  private handleDue(): void {
    this.clearTimer();
    if (this.move('due')) this.connect();
    this.options.changed();
  }

  private connect(): void {
    this.options.connect(this.plan.handleTry(this.options.timers.now()));
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
}
