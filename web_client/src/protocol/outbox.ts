/**
 * Texts on their way out, each to be stored by the gateway exactly once and in order.
 *
 * Rule 1: one text is under way at a time. Its `ref` is given when it is first sent, so that a
 * refused text leaves no hole in the count.
 * Rule 2: an unanswered text is sent again under the same `ref`; the gateway stores it once. A text
 * that was put off (too many, too busy) keeps its `ref` too: a copy of it may still be on its way,
 * and another text under that `ref` would be taken for it.
 * Rule 3: nothing is dropped in silence. A refused text stays, marked, until its writer tries again.
 */

import type { Unsent } from './unsent';
import type { Code, SendText } from './wire';

export type Delivery = 'sending' | 'delivered' | 'failed';

/** One's own text before the room's sequence has it. `key` is this page's own and never sent. */
export interface Outgoing {
  readonly key: number;
  /** Names it for ever: said again after a gateway was started anew, it is the same text. */
  readonly id: string;
  readonly body: string;
  readonly state: Delivery;
  readonly ref: number | null;
  readonly code: Code | null;
}

export class Outbox {
  private entries: Outgoing[] = [];
  private nextKey = 1;
  private nextRef = 1;
  private log = '';

  constructor(private readonly newId: () => string = () => crypto.randomUUID()) {}

  /** Everything not yet delivered, in the order it was written. */
  get waiting(): readonly Outgoing[] {
    return this.entries;
  }

  add(body: string): Outgoing {
    return this.put({ id: this.newId(), body, ref: null, failed: false });
  }

  /** Take what an earlier page left. The welcome that follows drops what did arrive. */
  restore(texts: readonly Unsent[]): void {
    for (const text of texts) {
      this.put(text);
      this.log = text.log;
    }
  }

  /** What a later page would need. */
  get unsent(): readonly Unsent[] {
    const { log } = this;
    return this.entries.map(({ id, body, ref, state }) => ({
      id,
      body,
      ref,
      failed: state === 'failed',
      log,
    }));
  }

  /** The text to send now, first or again; null when there is none. */
  head(): SendText | null {
    const entry = this.entries.find((other) => other.state === 'sending');
    if (entry === undefined) return null;
    const ref = entry.ref ?? this.nextRef;
    if (entry.ref === null) this.replace({ ...entry, ref });
    return { type: 'send_text', ref, id: entry.id, body: entry.body };
  }

  /** A new connection: `nextRef` says which texts the gateway already has, in the text `log`. */
  resume(nextRef: number, log: string): void {
    const same = this.log === '' || this.log === log;
    this.log = log;
    this.nextRef = nextRef;
    this.entries = this.entries
      .filter((entry) => !same || entry.ref === null || entry.ref >= nextRef)
      .map((entry) => ({ ...entry, ref: null }));
  }

  /** The gateway has stored `ref`. Returns its body, or null when it was not waiting. */
  accept(ref: number): string | null {
    const entry = this.entries.find((other) => other.ref === ref);
    if (entry === undefined) return null;
    this.entries = this.entries.filter((other) => other !== entry);
    this.nextRef = Math.max(this.nextRef, ref + 1);
    return entry.body;
  }

  /** The gateway will not have it. The count does not move on: the next text takes its `ref`. */
  refuse(ref: number, code: Code): void {
    const entry = this.entries.find((other) => other.ref === ref);
    if (entry !== undefined) this.replace({ ...entry, ref: null, state: 'failed', code });
  }

  /** Its writer wants it sent after all: it goes behind what was written since. */
  retry(key: number): void {
    const entry = this.entries.find((other) => other.key === key);
    if (entry?.state !== 'failed') return;
    this.entries = this.entries.filter((other) => other !== entry);
    this.entries = [...this.entries, { ...entry, state: 'sending', code: null }];
  }

  /** The session is over: whatever is left was not sent, and says so. */
  abandon(): void {
    this.entries = this.entries.map((entry) => ({ ...entry, ref: null, state: 'failed' }));
  }

  private put({ id, body, ref, failed }: Omit<Unsent, 'log'>): Outgoing {
    const state = failed ? 'failed' : 'sending';
    const entry: Outgoing = { key: this.nextKey++, id, body, state, ref, code: null };
    this.entries = [...this.entries, entry];
    return entry;
  }

  private replace(entry: Outgoing): void {
    this.entries = this.entries.map((other) => (other.key === entry.key ? entry : other));
  }
}
