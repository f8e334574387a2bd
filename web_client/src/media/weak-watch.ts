/** Is the network weak as one comes in? Decided once, from the first seconds. Pure. */

const WINDOW_MS = 8_000;
const SETTLE_MS = 2_000;
const FEWEST_SAMPLES = 4;
const FEWEST_PACKETS = 50;
const LONG_MS = 600;
const LOSSY = 0.1;

export interface PathSample {
  /** The round trip of the candidate pair in use; null when the browser does not say. */
  readonly rttMs: number | null;
  /** Packets received, and lost on the way here, ever. */
  readonly received: number;
  readonly lost: number;
}

export class WeakWatch {
  private start: number | null = null;
  private done = false;
  private rtts: number[] = [];

  /** Take a look at a path that is up; true once, when it is found weak. */
  handleSample({ rttMs, received, lost }: PathSample, now: number): boolean {
    this.start ??= now;
    const since = now - this.start;
    if (this.done || since > WINDOW_MS) return false;
    if (rttMs !== null) this.rtts.push(rttMs);
    // The first moments of a path are busy with keys and offers: they say little about it.
    if (since < SETTLE_MS) return false;
    this.done = this.isSlow() || isLossy(received, lost);
    return this.done;
  }

  private isSlow(): boolean {
    if (this.rtts.length < FEWEST_SAMPLES) return false;
    const sorted = [...this.rtts].sort((a, b) => a - b);
    return (sorted[Math.floor(sorted.length / 2)] ?? 0) > LONG_MS;
  }
}

function isLossy(received: number, lost: number): boolean {
  const expected = received + lost;
  return expected >= FEWEST_PACKETS && lost / expected > LOSSY;
}
