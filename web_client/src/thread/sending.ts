/**
 * What one browser writes into one thread, on its way: kept, said, said again, until it is stored.
 *
 * One message is under way at a time: in order, whatever is lost. What was said before the line went is
 * said again by the next connection, and its answer, should it come after all, says nothing.
 */

import { Hand, type HandState, type Written } from './hand';
import type { Timers } from '../protocol/returning';
import type { Code, InboxCommand, InboxReply, Saying } from '../protocol/wire';

export interface SendingOptions {
  readonly thread: string;
  /** Null where there is no answer: the line went, or the gateway is silent. */
  readonly request: (command: InboxCommand) => Promise<InboxReply | null>;
  readonly isOpen: () => boolean;
  /** Settles once it is kept, or cannot be: then it lives as long as the page does. */
  readonly save: (state: HandState) => Promise<void>;
  /** A name that nobody has used. */
  readonly name: () => string;
  readonly timers: Timers;
  readonly changed: () => void;
}

/** It is put off, not refused. What is out of order follows something that is said again. */
const PUT_OFF: ReadonlySet<Code> = new Set(['busy', 'rate_limited', 'text_out_of_order']);
const PUT_OFF_MS = 1_000;
const LONGEST_MS = 30_000;

export class Sending {
  private readonly hand: Hand;
  private busy = false;
  /** Counts what was said. */
  private turn = 0;
  private putOffs = 0;
  private timer: number | null = null;
  private kept: Promise<void> = Promise.resolve();

  constructor(
    state: HandState,
    private readonly options: SendingOptions,
  ) {
    this.hand = new Hand(state);
  }

  get state(): HandState {
    return this.hand.state;
  }

  write(body: string, kind: Saying = 'text'): void {
    this.hand.write(this.options.name(), body, this.options.timers.now(), kind);
    this.keep();
  }

  /** Its writer wants one that was refused sent after all. */
  retry(id: string): void {
    this.hand.retry(id, this.options.timers.now());
    this.keep();
  }

  /** Its writer gives up one that was refused. */
  discard(id: string): void {
    this.hand.discard(id);
    this.keep();
  }

  /** There is a connection, or something to say. */
  push(): void {
    void this.say();
  }

  /** The line went: nothing is under way any more. */
  handleDropped(): void {
    this.busy = false;
    this.turn += 1;
    if (this.timer !== null) this.options.timers.clear(this.timer);
    this.timer = null;
  }

  private async say(): Promise<void> {
    const { due } = this.hand;
    if (this.busy || this.timer !== null || due === null || !this.options.isOpen()) return;
    this.busy = true;
    const turn = ++this.turn;
    const { id, ref, after, body, kind = 'text' } = due;
    const hand = this.hand.state.name;
    await this.kept;
    const said = { thread: this.options.thread, hand, id, ref, after, kind, body };
    const reply = await this.options.request({ type: 'write_message', ...said });
    if (turn !== this.turn) return;
    this.busy = false;
    if (reply === null) this.putOff();
    else this.handleAnswer(due, reply);
  }

  private handleAnswer(sent: Written, reply: InboxReply): void {
    if (reply.type === 'stored') {
      this.hand.handleStored(sent);
      this.putOffs = 0;
    } else if (reply.type === 'refused') {
      if (PUT_OFF.has(reply.code)) {
        this.putOff();
        return;
      }
      if (reply.code === 'hand_taken') this.hand.handleTaken(sent, this.options.name());
      else this.hand.handleRefused(sent, reply.code);
    }
    this.keep();
  }

  private putOff(): void {
    const pause = Math.min(PUT_OFF_MS * 2 ** this.putOffs++, LONGEST_MS);
    this.timer = this.options.timers.set(() => {
      this.timer = null;
      this.push();
    }, pause);
  }

  private keep(): void {
    this.kept = this.options.save(this.hand.state);
    this.options.changed();
    this.push();
  }
}
