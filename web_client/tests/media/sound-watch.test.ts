import { describe, expect, it } from 'vitest';

import { decibels, NOTHING_DB, SilenceWatch, TalkWatch } from '../../src/media/sound-watch';

describe('the level of samples', () => {
  it('is that of their root mean square', () => {
    expect(decibels(new Float32Array([1, -1, 1, -1]))).toBeCloseTo(0);
    expect(decibels(new Float32Array([0.1, -0.1]))).toBeCloseTo(-20);
    expect(decibels(new Float32Array(8))).toBe(NOTHING_DB);
    expect(decibels(new Float32Array())).toBe(NOTHING_DB);
  });
});

describe('a microphone that was switched on', () => {
  it('and brings nothing for five seconds is asked about once', () => {
    const watch = new SilenceWatch();
    watch.handleOn(1_000);
    expect([1_100, 5_999, 6_000, 6_100, 60_000].map((now) => watch.handleLevel(-90, now))).toEqual([
      false,
      false,
      true,
      false,
      false,
    ]);
  });

  it('and was heard once may be silent for as long as it likes', () => {
    const watch = new SilenceWatch();
    watch.handleOn(0);
    expect(watch.handleLevel(-40, 2_000)).toBe(false);
    expect(watch.heard).toBe(true);
    expect(watch.handleLevel(-90, 60_000)).toBe(false);
  });

  it('and off again is not asked about; another one is', () => {
    const watch = new SilenceWatch();
    watch.handleOn(0);
    watch.handleOff();
    expect(watch.handleLevel(-90, 9_000)).toBe(false);
    watch.handleOn(10_000);
    expect(watch.handleLevel(-90, 15_000)).toBe(true);
  });
});

/** Levels each 100 ms; the moments at which the watch speaks. */
function spoken(watch: TalkWatch, levels: readonly number[], from = 0): number[] {
  return levels.flatMap((level, place) => {
    const now = from + place * 100;
    return watch.handleLevel(level, now) ? [now] : [];
  });
}

describe('somebody who talks into a muted microphone', () => {
  const talk = Array.from({ length: 40 }, (_, place) => (place % 5 < 3 ? -25 : -60));

  it('is told within two seconds, and not again at once', () => {
    const watch = new TalkWatch();
    const told = spoken(watch, talk);
    expect(told).toHaveLength(1);
    expect(told[0]).toBeLessThanOrEqual(2_000);
    expect(spoken(watch, talk, 4_000)).toEqual([]);
    expect(spoken(watch, talk, 70_000)).toHaveLength(1);
  });

  it('is not told for a cough, nor for a quiet room', () => {
    const cough = [...Array<number>(20).fill(-60), -15, -15, -15, ...Array<number>(20).fill(-60)];
    expect(spoken(new TalkWatch(), cough)).toEqual([]);
  });

  it('is not told for what was said before the mute', () => {
    const watch = new TalkWatch();
    spoken(watch, talk.slice(0, 10));
    watch.reset();
    expect(spoken(watch, Array<number>(30).fill(-60), 1_000)).toEqual([]);
  });
});
