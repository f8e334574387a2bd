/**
 * What is said aloud to people who hear the page: not everything that changes, and not all at once.
 * Pure: `now` is in ms.
 *
 * Rule 1: at most one announcement in five seconds; what became untrue meanwhile is never said.
 * Rule 2: the same words are not said twice in a row by the same channel.
 * Rule 3: urgent words go before the others, yet keep the pause between two announcements.
 */

const PAUSE_MS = 5_000;

/** Where words come from. Each channel has one current sentence, or none. */
export type Channel =
  | 'end'
  | 'recording'
  | 'question'
  | 'door'
  | 'plan'
  | 'status'
  | 'lost'
  | 'line'
  | 'hint'
  | 'notice';

export interface Announcement {
  readonly words: string;
  readonly urgent: boolean;
}

const ORDER: readonly Channel[] = [
  'end',
  'recording',
  'question',
  'door',
  'plan',
  'hint',
  'lost',
  'status',
  'line',
  'notice',
];

export class Announcements {
  private readonly pending = new Map<Channel, Announcement>();
  private readonly said = new Map<Channel, string>();
  private readyAt = -Infinity;

  /** What the channel says now; empty words take back what was not said yet. */
  put(channel: Channel, words: string, urgent = false): void {
    if (words === '' || words === this.said.get(channel)) this.pending.delete(channel);
    else this.pending.set(channel, { words, urgent });
    // Silence ends a sentence: the same one is news when it comes back.
    if (words === '') this.said.delete(channel);
  }

  /** When to ask {@link take} again; null while there is nothing to say. */
  nextDeadline(): number | null {
    return this.pending.size === 0 ? null : this.readyAt;
  }

  /** The next thing to say now, if any. */
  take(now: number): Announcement | null {
    if (now < this.readyAt) return null;
    const channel =
      ORDER.find((other) => this.pending.get(other)?.urgent === true) ??
      ORDER.find((other) => this.pending.has(other));
    const next = channel === undefined ? undefined : this.pending.get(channel);
    if (channel === undefined || next === undefined) return null;
    this.pending.delete(channel);
    this.said.set(channel, next.words);
    this.readyAt = now + PAUSE_MS;
    return next;
  }
}
