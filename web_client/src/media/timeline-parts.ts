/**
 * From what was told of a session's gaps, part by part, to gaps as people lived through them. Pure.
 *
 * Rule 1: parts of one side that overlap, or are less than a second apart, are one gap.
 * Rule 2: gaps of two sides that are mostly at the same time are one, of both.
 */

/** `service`: the gateway itself; `away`: somebody's connection as a whole. */
export type GapCause = 'service' | 'device' | 'away' | 'network';
export type GapSide = 'yours' | 'theirs' | 'both';

export interface Part {
  side: GapSide;
  cause: GapCause;
  readonly speaker: string;
  /** The gateway's number of it; null where only this page knows. */
  gap: number | null;
  readonly from: number;
  /** Null while it lasts. */
  to: number | null;
  wordsMs: number;
}

export interface Gap {
  readonly from: number;
  /** Where it lasts, now. */
  readonly to: number;
  readonly lasts: boolean;
  readonly side: GapSide;
  readonly causes: readonly GapCause[];
  /** Of it somebody was speaking. */
  readonly wordsMs: number;
}

/** Shorter ones cost a syllable, and are in no list. */
export const LEAST_MS = 1_000;
const TOGETHER_MS = 1_000;
/** Of the longer one, at the same time: then it is one thing that befell both. */
const SAME = 0.5;
const SIDES: readonly GapSide[] = ['both', 'yours', 'theirs'];

export function stretches(parts: readonly Part[], now: number): Gap[] {
  const told = parts.filter((part) => !isToldAlready(part, parts, now));
  const bySide = SIDES.flatMap((side) =>
    chain(told.filter((part) => part.side === side).map((part) => gapOf(part, now))),
  );
  const both: Gap[] = [];
  for (const gap of bySide.sort(byStart)) {
    const same = both.findIndex((other) => areSame(other, gap));
    const other = both[same];
    if (other === undefined) both.push(gap);
    else both[same] = joined(other, gap);
  }
  return both
    .filter(({ from, to }) => to - from >= LEAST_MS)
    .map((gap) => ({ ...gap, causes: worthSaying(gap.causes) }));
}

/** How long at least one of them lasted. */
export function unionMs(gaps: readonly Pick<Gap, 'from' | 'to'>[]): number {
  let [total, reached] = [0, -Infinity];
  for (const { from, to } of [...gaps].sort(byStart)) {
    total += Math.max(0, to - Math.max(from, reached));
    reached = Math.max(reached, to);
  }
  return total;
}

/** What this page did not hear because the gateway did not, either, is the speaker's. */
function isToldAlready(part: Part, parts: readonly Part[], now: number): boolean {
  if (part.gap !== null || part.cause !== 'network' || part.side !== 'yours') return false;
  const heard = gapOf(part, now);
  return parts.some(
    (other) =>
      other.side === 'theirs' &&
      other.cause === 'network' &&
      other.speaker === part.speaker &&
      overlapMs(gapOf(other, now), heard) >= SAME * (heard.to - heard.from),
  );
}

function gapOf({ from, to, side, cause, wordsMs }: Part, now: number): Gap {
  const end = Math.max(from, to ?? now);
  return { from, to: end, lasts: to === null, side, causes: [cause], wordsMs };
}

function chain(gaps: readonly Gap[]): Gap[] {
  const chained: Gap[] = [];
  for (const gap of [...gaps].sort(byStart)) {
    const last = chained.at(-1);
    if (last === undefined || gap.from - last.to >= TOGETHER_MS) chained.push(gap);
    else chained[chained.length - 1] = joined(last, gap);
  }
  return chained;
}

function joined(one: Gap, other: Gap): Gap {
  return {
    from: Math.min(one.from, other.from),
    to: Math.max(one.to, other.to),
    lasts: one.lasts || other.lasts,
    side: one.side === other.side ? one.side : 'both',
    causes: [...new Set([...one.causes, ...other.causes])],
    wordsMs: one.wordsMs + other.wordsMs,
  };
}

function areSame(one: Gap, other: Gap): boolean {
  const longer = Math.max(one.to - one.from, other.to - other.from);
  return overlapMs(one, other) >= SAME * longer && longer > 0;
}

function overlapMs(one: Pick<Gap, 'from' | 'to'>, other: Pick<Gap, 'from' | 'to'>): number {
  return Math.min(one.to, other.to) - Math.max(one.from, other.from);
}

/** A gateway that is gone explains all else; a connection that is, the voice on it. */
function worthSaying(causes: readonly GapCause[]): GapCause[] {
  if (causes.includes('service')) return ['service'];
  return (['device', 'away', 'network'] as const).filter(
    (cause) => causes.includes(cause) && !(cause === 'network' && causes.includes('away')),
  );
}

function byStart(one: Pick<Gap, 'from'>, other: Pick<Gap, 'from'>): number {
  return one.from - other.from;
}
