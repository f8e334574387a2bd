/**
 * How somebody arranges an hour in one thread: looks for a time, taps one, answers a card.
 *
 * Rule 1: a tap is said until it is answered; said twice, it is done once (the gateway knows it by its key, and
 * an answer to a card by the card's revision).
 * Rule 2: a time that somebody else was quicker to take is said to be so, with the nearest that are left.
 */

import { ACT_OF, type Deed } from './card';
import { meant } from './date-words';
import type { Booking, FreeTimes } from '../protocol/bodies';
import { ask, type Answer } from '../protocol/rest';
import type { BookingCard, CardTime } from '../protocol/wire';

/** A first time, or another one for a card. */
export interface Purpose {
  readonly card: BookingCard | null;
}

export interface Choosing {
  readonly kind: 'choosing';
  readonly for: Purpose;
  readonly times: readonly CardTime[];
  /** The time to show first; null for the first there is. */
  readonly first: number | null;
  /** What came of the last tap. */
  readonly note: 'taken' | 'not_now' | 'away' | null;
  readonly sending: boolean;
}

export type Arrangement =
  { readonly kind: 'idle' } | { readonly kind: 'looking'; readonly for: Purpose } | Choosing;

/** What came of an answer to a card, where it is not done. */
export type Trouble = 'old' | 'taken' | 'away' | null;

export interface ArrangingOptions {
  readonly thread: string;
  readonly changed: () => void;
  readonly ask?: typeof ask;
  readonly now?: () => number;
  readonly id?: () => string;
}

export class Arranging {
  state: Arrangement = { kind: 'idle' };
  trouble: Trouble = null;
  private readonly asking: typeof ask;
  private readonly now: () => number;
  private readonly id: () => string;
  /** Of the tap that is under way, so that one that was not answered is known when it is said again. */
  private key: { readonly startsAt: number; readonly id: string } | null = null;
  private busy = false;

  constructor(private readonly options: ArrangingOptions) {
    this.asking = options.ask ?? ask;
    this.now = options.now ?? Date.now;
    this.id = options.id ?? (() => crypto.randomUUID());
  }

  /** Look for a time. `words` may name a day: what is near it is shown first. */
  async open(words = '', card: BookingCard | null = null): Promise<void> {
    const purpose = { card };
    this.trouble = null;
    this.become({ kind: 'looking', for: purpose });
    const found = await this.look(`since=${Math.max(0, Math.floor(this.now()))}`);
    if (this.state.kind !== 'looking' || this.state.for !== purpose) return;
    if (found === null) {
      this.become({ ...none(purpose), note: 'away' });
      return;
    }
    this.become({ ...none(purpose), ...found, first: firstOf(found.times, words, this.now()) });
  }

  close(): void {
    this.become({ kind: 'idle' });
  }

  /** Ask for a time, or suggest it. */
  async choose(startsAt: number): Promise<void> {
    const { state } = this;
    if (state.kind !== 'choosing' || state.sending) return;
    this.become({ ...state, note: null, sending: true });
    const answer = await this.send(state.for, startsAt);
    if (this.state.kind !== 'choosing' || this.state.for !== state.for) return;
    if (answer.kind === 'done') {
      this.key = null;
      this.close();
      return;
    }
    this.become(await this.afterTap(state, startsAt, answer));
  }

  /** Answer a card; `another` and `move` are for {@link open}. */
  async answer(card: BookingCard, deed: Deed): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.trouble = null;
    this.options.changed();
    const answer = await this.act(card, deed);
    this.busy = false;
    this.trouble = troubleOf(answer);
    this.options.changed();
  }

  get answering(): boolean {
    return this.busy;
  }

  /** What is shown where a tap came to nothing. */
  private async afterTap(
    state: Choosing,
    startsAt: number,
    answer: Exclude<Answer<Booking>, { kind: 'done' }>,
  ): Promise<Choosing> {
    if (answer.kind === 'unreachable') return { ...state, note: 'away', sending: false };
    const left = state.times.filter((each) => each.starts_at !== startsAt);
    const shown = { ...state, times: left, first: null, sending: false };
    if (answer.code !== 'taken') return { ...shown, note: 'not_now' };
    const near = await this.look(`near=${startsAt}`);
    return { ...shown, times: near?.times ?? left, note: 'taken' };
  }

  private async send({ card }: Purpose, startsAt: number): Promise<Answer<Booking>> {
    if (card !== null) return this.act(card, 'another', startsAt);
    if (this.key?.startsAt !== startsAt) this.key = { startsAt, id: this.id() };
    return this.asking<Booking>(
      'POST',
      this.path('bookings'),
      { starts_at: startsAt },
      { key: this.key.id },
    );
  }

  private act(card: BookingCard, deed: Deed, startsAt?: number): Promise<Answer<Booking>> {
    const body = {
      act: ACT_OF[deed],
      revision: card.revision,
      ...(startsAt === undefined ? {} : { starts_at: startsAt }),
    };
    return this.asking<Booking>('POST', this.path(`bookings/${card.booking}/acts`), body);
  }

  private async look(query: string): Promise<{ readonly times: readonly CardTime[] } | null> {
    const answer = await this.asking<FreeTimes>('GET', this.path(`free-times?${query}`));
    return answer.kind === 'done' ? { times: answer.said.items } : null;
  }

  private path(rest: string): string {
    return `threads/${this.options.thread}/${rest}`;
  }

  private become(state: Arrangement): void {
    this.state = state;
    this.options.changed();
  }
}

function none(purpose: Purpose): Choosing {
  return {
    kind: 'choosing',
    for: purpose,
    times: [],
    first: null,
    note: null,
    sending: false,
  };
}

/** The first time that is meant, or else of that day, or after it. */
function firstOf(times: readonly CardTime[], words: string, now: number): number | null {
  const wish = meant(words, now);
  if (wish === null) return null;
  const day = new Date(wish.from).setHours(0, 0, 0, 0);
  const found =
    times.find(({ starts_at: at }) => at >= wish.from && at < wish.until) ??
    times.find(({ starts_at: at }) => at >= day);
  return found?.starts_at ?? null;
}

function troubleOf(answer: Answer<unknown>): Trouble {
  if (answer.kind === 'done') return null;
  if (answer.kind === 'unreachable') return 'away';
  return answer.code === 'taken' ? 'taken' : 'old';
}
