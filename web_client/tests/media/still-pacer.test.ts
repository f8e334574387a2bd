import { describe, expect, it } from 'vitest';

import { PACE_MS, PERIOD_MS, StillPacer } from '../../src/media/still-pacer';
import { fit, StillSize, STEPS } from '../../src/media/still-size';

/** Run for so long; `held` says when the channel has something waiting. */
function run(
  pacer: StillPacer,
  ms: number,
  size: () => number,
  held: (now: number) => boolean,
  from = 0,
) {
  const sent: { at: number; bytes: number }[] = [];
  const taken: number[] = [];
  for (let now = from; now < from + ms; now += 5) {
    if (pacer.wants(now)) {
      taken.push(now);
      pacer.load(new Uint8Array(size()), now);
    }
    const chunk = pacer.next(held(now), now);
    if (chunk !== null) sent.push({ at: now, bytes: chunk.length });
  }
  return { sent, taken };
}

describe('the pace of stills', () => {
  it('is one chunk in 180 ms, one still in two to three seconds, 12 to 14 kbit/s', () => {
    const pacer = new StillPacer();
    const { sent, taken } = run(
      pacer,
      60_000,
      () => pacer.budget,
      () => false,
    );
    const gaps = sent.slice(1).map(({ at }, index) => at - (sent[index]?.at ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(PACE_MS);
    const apart = taken.slice(1).map((at, index) => at - (taken[index] ?? 0));
    expect(Math.min(...apart)).toBeGreaterThanOrEqual(PERIOD_MS);
    expect(Math.max(...apart)).toBeLessThanOrEqual(3_000);
    const bps = (sent.reduce((sum, { bytes }) => sum + bytes, 0) * 8) / 60;
    expect(bps).toBeGreaterThan(11_000);
    expect(bps).toBeLessThan(14_000);
  });

  it('does not send while anything waits', () => {
    const busy = (now: number): boolean => now % 1_000 < 500;
    const { sent } = run(new StillPacer(), 20_000, () => 3_000, busy);
    expect(sent.length).toBeGreaterThan(20);
    expect(sent.filter(({ at }) => busy(at))).toEqual([]);
  });

  it('makes stills smaller on a line that takes chunks slowly, and larger again', () => {
    const pacer = new StillPacer();
    const slow = (now: number): boolean => now % 600 !== 0;
    run(pacer, 30_000, () => pacer.budget, slow);
    expect(pacer.budget).toBeLessThanOrEqual(1_500);
    expect(pacer.budget).toBeGreaterThanOrEqual(1_200);
    pacer.stop();
    run(
      pacer,
      30_000,
      () => pacer.budget,
      () => false,
      30_000,
    );
    expect(pacer.budget).toBeGreaterThanOrEqual(3_600);
  });

  it('lets a still go that does not get out', () => {
    const { taken, sent } = run(
      new StillPacer(),
      12_000,
      () => 3_000,
      () => true,
    );
    expect(sent).toEqual([]);
    expect(taken.length).toBeGreaterThan(2);
  });

  it('stops at once, mid-still, and counts on', () => {
    const pacer = new StillPacer();
    pacer.load(new Uint8Array(900), 0);
    expect(pacer.next(false, 0)?.[1]).toBe(0);
    pacer.stop();
    expect(pacer.next(false, 1_000)).toBeNull();
    pacer.load(new Uint8Array(900), 2_000);
    expect(pacer.next(false, 2_000)?.[1]).toBe(1);
  });
});

describe('the size of a still', () => {
  /** Bytes of a picture: some are full of detail. */
  function settle(detail: number, budget: number): { bytes: number[]; tries: number } {
    const size = new StillSize();
    const bytes: number[] = [];
    let tries = 0;
    for (let still = 0; still < 20; still++) {
      for (;;) {
        const { side, quality } = size.step;
        const made = Math.round(side * side * quality * detail);
        tries++;
        const next = size.handleSize(made, budget);
        if (next === 'take') bytes.push(made);
        if (next !== 'again') break;
      }
    }
    return { bytes, tries };
  }

  it.each([
    ['a plain wall', 0.05],
    ['a face', 0.15],
    ['a bookshelf', 0.6],
    ['leaves in the wind', 3],
  ])('of %s fits, and is as good as fits', (_, detail) => {
    const { bytes, tries } = settle(detail, 3_900);
    expect(Math.max(...bytes)).toBeLessThanOrEqual(3_900);
    expect(bytes.length).toBeGreaterThanOrEqual(18);
    expect(tries).toBeLessThan(20 * 2);
    const best = (STEPS[0]?.side ?? 0) ** 2 * (STEPS[0]?.quality ?? 0) * detail;
    if (best > 3_900) expect(Math.max(...bytes)).toBeGreaterThan(1_200);
  });

  it('is given up where nothing fits, and tried again with the next', () => {
    expect(settle(1_000, 3_900).bytes).toEqual([]);
  });

  it('keeps the picture’s shape, and does not blow it up', () => {
    expect(fit(640, 480, 240)).toEqual({ width: 240, height: 180 });
    expect(fit(480, 640, 240)).toEqual({ width: 180, height: 240 });
    expect(fit(160, 120, 240)).toEqual({ width: 160, height: 120 });
  });
});
