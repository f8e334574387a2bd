import { describe, expect, it } from 'vitest';

import { type PathSample, WeakWatch } from '../../src/media/weak-watch';

/** The same look every half second; the moments at which the network is called weak. */
function found(sample: (now: number) => PathSample, ms = 20_000): number[] {
  const watch = new WeakWatch();
  const out: number[] = [];
  for (let now = 0; now <= ms; now += 500) if (watch.handleSample(sample(now), now)) out.push(now);
  return out;
}

describe('the network in the first seconds', () => {
  it.each<[string, Partial<PathSample>, boolean]>([
    ['is well', {}, false],
    ['is slow', { rttMs: 700 }, true],
    ['is just quick enough', { rttMs: 600 }, false],
    ['loses much', { received: 400, lost: 60 }, true],
    ['loses a tenth', { received: 900, lost: 100 }, false],
    ['loses some of very little', { received: 5, lost: 5 }, false],
    ['says nothing of its round trip', { rttMs: null }, false],
  ])('%s', (_, change, weak) => {
    const told = found(() => ({ rttMs: 80, received: 1_000, lost: 5, ...change }));
    expect(told).toHaveLength(weak ? 1 : 0);
  });

  it('is not weak for one slow look', () => {
    expect(found((now) => ({ rttMs: now === 2_500 ? 3_000 : 60, received: 0, lost: 0 }))).toEqual(
      [],
    );
  });

  it('that turns bad later is another matter', () => {
    expect(found((now) => ({ rttMs: now > 8_000 ? 2_000 : 60, received: 0, lost: 0 }))).toEqual([]);
  });
});
