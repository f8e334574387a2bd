/**
 * A thread as this page holds it: by number, as of a revision. Pure.
 *
 * Rule 1: changes are taken in the order of their revisions, without a gap. One that comes early waits:
 * what is between is asked for.
 * Rule 2: a page begins with the newest messages, and asks for older ones when somebody looks for them. What
 * changes among those that are not here is not missed: they come as they are then.
 */

import type { Changes, Mark, Message } from '../protocol/wire';

export class ThreadLog {
  private readonly known = new Map<number, Message>();
  private first = Infinity;
  private newest = 0;
  private revision: number | null = null;
  private ordered: readonly Message[] | null = null;

  /** Everything up to here is known; null before the beginning. */
  get rev(): number | null {
    return this.revision;
  }

  /** The number of the newest message there is. */
  get last(): number {
    return this.newest;
  }

  /** The oldest number that is here; what is below it has to be asked for. */
  get oldest(): number | null {
    return this.first === Infinity ? null : this.first;
  }

  /** What is here, in order. The same list until something changes. */
  get messages(): readonly Message[] {
    this.ordered ??= [...this.known.values()].sort(byNumber);
    return this.ordered;
  }

  message(number: number): Message | null {
    return this.known.get(number) ?? null;
  }

  /** The newest messages, as the gateway gave them: with all that was before `rev`. */
  begin({ items, last, rev }: Changes): void {
    this.known.clear();
    this.first = Infinity;
    this.revision = rev;
    this.newest = last;
    this.put(items);
    if (last === 0) this.first = 1;
  }

  /** Older ones, from just before the oldest that was here. */
  prepend({ items }: Changes): void {
    const { messages, first } = this;
    const older = items.filter(({ number }) => number < first).sort(byNumber);
    this.put(older);
    // Thousands that are in order already are not put in order again.
    this.ordered = [...older, ...messages];
    if (items.length === 0) this.first = 1;
  }

  /** One change. Returns the revision since which something is missing, or null. */
  receive(message: Message): number | null {
    const { revision } = this;
    if (revision === null || message.rev <= revision) return null;
    if (message.rev > revision + 1) return revision;
    this.take(message);
    return null;
  }

  /** What was missing since a revision. Returns the one since which there is more, or null. */
  fill(since: number, { items, last, rev }: Changes): number | null {
    if (this.revision !== since) return null;
    for (const each of items) this.take(each);
    this.newest = Math.max(this.newest, last);
    // A change that another one of the same message came after is in none of them.
    if (items.length === 0) this.revision = rev;
    return this.revision < rev ? this.revision : null;
  }

  private take(message: Message): void {
    this.revision = message.rev;
    this.newest = Math.max(this.newest, message.number);
    // Of one that is not here, and older than what is, the page asks when it is looked for.
    if (message.number >= this.first || this.first === Infinity) this.put([message]);
  }

  private put(items: readonly Message[]): void {
    for (const each of items) {
      this.known.set(each.number, each);
      this.first = Math.min(this.first, each.number);
    }
    this.ordered = null;
  }
}

function byNumber(one: Message, other: Message): number {
  return one.number - other.number;
}

/** Up to where messages came to somebody, and were read: numbers that only grow. */
export function further(one: Mark, other: Mark): Mark {
  return {
    delivered: Math.max(one.delivered, other.delivered),
    read: Math.max(one.read, other.read),
  };
}
