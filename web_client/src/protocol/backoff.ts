/**
 * When to try for a line again, and how long each try may take. Pure: `now` is in milliseconds.
 *
 * Rule 1: a dead network answers nothing, so a try that hangs is given up and a fresh socket takes
 * its place. The system repeats the first packet of a socket after 1 and 3 s, and then ever more
 * rarely: of several short tries one always asks within 2 s of the network's return.
 * But a browser holds back whose sockets fail again and again: Chromium by a blink after ten in three
 * minutes, by 1 to 5 s from the sixteenth on. So after a few each is given its time, and asks
 * every 4 s. A media path that comes back tells of the network sooner: see call.ts.
 * Rule 2: for the two minutes that a seat is kept for its voice, tries are close together. After
 * them only text can be lost by waiting, and a phone's battery by trying: they come more rarely.
 * Rule 3: every pause is spread by chance, and a gateway that says it is busy or about to restart
 * is given room: a full house does not come back in one moment.
 */

/** How a try, or the line before it, came to its end. */
export type Loss = 'lost' | 'busy' | 'restarting';

const EAGER_MS = 120_000;
/** Between tries that fail at once, as while a gateway restarts. */
const PERIOD_MS = 1_500;
const SPREAD = 0.25;
/** The first comes almost at once; each is almost at once after one that hung. */
const JITTER_MS = 300;
/** Three short ones, then one for a line that takes its time: of a fresh TLS socket, three round trips. */
const PATIENCE_MS = [2_000, 2_000, 2_000, 5_000] as const;
const SHORT_TRIES = 5;
const FIRST_PATIENCE_MS = 8_000;
const RARE_MS = 4_000;
const RAREST_MS = 20_000;
const BUSY_MS = 1_000;
const BUSIEST_MS = 15_000;
const RESTART_MS = [500, 2_000] as const;

export class ReturnPlan {
  private lostAt: number | null = null;
  private triedAt: number | null = null;
  private tries = 0;
  private rare = 0;
  private busy = 0;
  private took: number | null = null;

  /** The line is lost, or a try has failed: how long to wait. `random` is in [0, 1). */
  handleLost(loss: Loss, now: number, random: number): number {
    this.lostAt ??= now;
    if (loss === 'busy')
      return spread(doubled(BUSY_MS, this.busy++, BUSIEST_MS), 2 * SPREAD, random);
    if (loss === 'restarting') return RESTART_MS[0] + (RESTART_MS[1] - RESTART_MS[0]) * random;
    if (this.triedAt === null) return JITTER_MS * random;
    const eager = now - this.lostAt < EAGER_MS;
    const period = eager ? PERIOD_MS : doubled(RARE_MS, this.rare++, RAREST_MS);
    const left = spread(period, SPREAD, random) - (now - this.triedAt);
    return Math.max(JITTER_MS * random, left);
  }

  /** A try begins: how long it may take to reach the gateway. */
  handleTry(now: number): number {
    this.triedAt = now;
    if (this.took === null) return FIRST_PATIENCE_MS;
    if (this.tries === SHORT_TRIES) return FIRST_PATIENCE_MS;
    const patience = PATIENCE_MS[this.tries++ % PATIENCE_MS.length] ?? FIRST_PATIENCE_MS;
    return Math.min(FIRST_PATIENCE_MS, Math.max(patience, 2 * this.took));
  }

  /** The network may be back: the next tries are short and close together again. */
  handleHint(now: number): void {
    if (this.lostAt !== null) this.lostAt = now;
    this.tries = this.rare = this.busy = 0;
    this.triedAt = null;
  }

  /** The line stands. */
  handleBack(now: number): void {
    if (this.triedAt !== null) this.took = now - this.triedAt;
    this.lostAt = this.triedAt = null;
    this.tries = this.rare = this.busy = 0;
  }
}

function doubled(first: number, times: number, longest: number): number {
  return Math.min(longest, first * 2 ** Math.min(times, 10));
}

function spread(ms: number, share: number, random: number): number {
  return ms * (1 - share + 2 * share * random);
}
