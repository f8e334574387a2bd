/**
 * What is said of the lines' rungs: one's own and the other person's. Pure: `now` is in ms.
 *
 * Rule 1: a change is said once. It stands for a moment as news; where a lower rung goes on to matter,
 * its words stay to be read, and are not spoken again.
 * Rule 2: the latest news first, one's own before the other's; then one's own rung, then theirs.
 * Rule 3: of pictures nothing is said where none is on: then only the loss of sound is news.
 */

import { type News, NEWS_MS } from './guidance-words';
import type { Key } from '../i18n/language';
import { placeOf } from '../media/rungs';
import type { Rung } from '../protocol/wire';

type Side = 'own' | 'peer';

/** Rungs whose words stay as long as they last. */
const STAYS: ReadonlySet<Rung> = new Set(['slow', 'voice', 'text']);

interface Seen {
  rung: Rung;
  news: { readonly from: Rung; readonly at: number } | null;
}

export class RungWords {
  private readonly seen: Record<Side, Seen | null> = { own: null, peer: null };
  private pictures = false;

  /** Take both rungs as they are; `null` is a side nobody is on. */
  handle(rungs: Readonly<Record<Side, Rung | null>>, pictures: boolean, now: number): void {
    this.pictures = pictures;
    for (const side of ['own', 'peer'] as const) this.take(side, rungs[side], now);
  }

  /** The line to show now, if any. */
  at(now: number): News | null {
    const sides = (['own', 'peer'] as const).map((side) => ({ side, seen: this.seen[side] }));
    const fresh = sides
      .filter(({ seen }) => this.isNews(seen, now))
      .sort((one, other) => (other.seen?.news?.at ?? 0) - (one.seen?.news?.at ?? 0));
    for (const { side, seen } of fresh) {
      const key = seen === null ? null : this.newsKey(side, seen);
      if (key !== null) return { key, said: false };
    }
    const lasting = sides.find(({ seen }) => seen !== null && this.stays(seen.rung));
    if (lasting?.seen == null) return null;
    return { key: keyOf(lasting.side, lasting.seen.rung), said: true };
  }

  private take(side: Side, rung: Rung | null, now: number): void {
    const before = this.seen[side];
    if (rung === null) this.seen[side] = null;
    else if (before === null) {
      // Nobody saw it fall; it is news all the same, unless all is well.
      const news = rung === 'clear' ? null : ({ from: 'clear', at: now } as const);
      this.seen[side] = { rung, news };
    } else if (before.rung !== rung) {
      this.seen[side] = { rung, news: { from: before.rung, at: now } };
    }
  }

  private isNews(seen: Seen | null, now: number): boolean {
    return seen?.news != null && now - seen.news.at < NEWS_MS;
  }

  private newsKey(side: Side, { rung, news }: Seen): Key | null {
    const from = news?.from ?? 'clear';
    const isUp = placeOf(rung) < placeOf(from);
    // Up from text is the sound's coming back, whatever rung it comes back to.
    if (isUp && from === 'text') return upKey(side, this.pictures ? rung : 'voice');
    if (!this.pictures && rung !== 'text') return null;
    return isUp ? upKey(side, rung) : keyOf(side, rung);
  }

  private stays(rung: Rung): boolean {
    return STAYS.has(rung) && (this.pictures || rung === 'text');
  }
}

function keyOf(side: Side, rung: Rung): Key {
  // Nothing falls to the best rung.
  return `rung.${side}.${rung === 'clear' ? 'saving' : rung}`;
}

function upKey(side: Side, rung: Rung): Key {
  return `rung.${side}.up.${rung === 'text' ? 'voice' : rung}`;
}
