/**
 * One browser's messages on their way into a thread, each to be stored once and in order. Pure.
 *
 * The same rules as the gateway's (docs/protocol.md, Threads):
 * Rule 1: a message is given its id and its place when it is written, and kept before it is sent. It is said
 * again, unchanged, until it is answered.
 * Rule 2: where another browser goes on from a copy of this storage, this one goes on under another name,
 * with the same ids.
 * Rule 3: nothing is dropped in silence. What the gateway will not have is marked, and its place is
 * given to what follows; its writer may try again.
 */

import type { Code, Saying } from '../protocol/wire';

/** A message that is not stored yet. */
export interface Written {
  readonly id: string;
  readonly ref: number;
  readonly after: string;
  /** Words where nothing is said; what was kept before there were others says nothing. */
  readonly kind?: Saying;
  readonly body: string;
  /** When it was written, by this browser's clock: for its writer's eyes alone. */
  readonly at: number;
}

/** One that the gateway would not have. */
export interface Failed {
  readonly id: string;
  readonly kind?: Saying;
  readonly body: string;
  readonly at: number;
  readonly code: Code;
}

/** All that is to outlive the page. */
export interface HandState {
  readonly name: string;
  /** How many messages this hand has written, and the id of the last one. */
  readonly last: number;
  readonly lastId: string;
  readonly unsent: readonly Written[];
  readonly failed: readonly Failed[];
}

export function newHand(name: string): HandState {
  return { name, last: 0, lastId: '', unsent: [], failed: [] };
}

export class Hand {
  constructor(private current: HandState) {}

  get state(): HandState {
    return this.current;
  }

  /** What is said next, first or again; null when everything is answered. */
  get due(): Written | null {
    return this.current.unsent[0] ?? null;
  }

  write(id: string, body: string, at: number, kind: Saying = 'text'): Written {
    const { last, lastId, unsent } = this.current;
    const written = { id, ref: last + 1, after: lastId, kind, body, at };
    const all = [...unsent, written];
    this.current = { ...this.current, last: written.ref, lastId: id, unsent: all };
    return written;
  }

  /** It is stored. */
  handleStored(sent: Written): void {
    if (this.has(sent)) this.current = { ...this.current, unsent: this.without(sent) };
  }

  /** Another browser goes on from a copy of this storage; `name` is one that nobody has used. */
  handleTaken(sent: Written, name: string): void {
    if (!this.has(sent)) return;
    const { unsent, failed } = this.current;
    this.current = { ...newHand(name), failed };
    for (const { id, body, at, kind } of unsent) this.write(id, body, at, kind);
  }

  /** The gateway will not have it. What follows takes its place. */
  handleRefused(sent: Written, code: Code): void {
    if (!this.has(sent)) return;
    const { name, unsent, failed } = this.current;
    const [first] = unsent;
    const before = { last: (first?.ref ?? 1) - 1, lastId: first?.after ?? '' };
    const { id, kind = 'text', body, at } = sent;
    const refused = { id, kind, body, at, code };
    this.current = { name, ...before, unsent: [], failed: [...failed, refused] };
    for (const each of unsent)
      if (each !== sent) this.write(each.id, each.body, each.at, each.kind);
  }

  /** Its writer wants it sent after all: behind what was written since. Under the same id, for a copy of
   * it may have been stored. */
  retry(id: string, at: number): void {
    const found = this.current.failed.find((each) => each.id === id);
    if (found === undefined) return;
    this.discard(id);
    this.write(id, found.body, at, found.kind);
  }

  /** Its writer gives it up. */
  discard(id: string): void {
    const failed = this.current.failed.filter((each) => each.id !== id);
    this.current = { ...this.current, failed };
  }

  /** Of answers that come late, those about another place say nothing. */
  private has(sent: Written): boolean {
    return this.current.unsent.includes(sent);
  }

  private without(sent: Written): readonly Written[] {
    return this.current.unsent.filter((each) => each !== sent);
  }
}
