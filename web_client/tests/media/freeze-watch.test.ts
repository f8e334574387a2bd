import { describe, expect, it } from 'vitest';

import { FreezeWatch, together } from '../../src/media/freeze-watch';

/** A picture of `count` frames, `gap` ms apart, from 0. */
function picture(gap: number, count = 40): { watch: FreezeWatch; last: number } {
  const watch = new FreezeWatch();
  for (let frame = 0; frame < count; frame++) watch.handleFrames(frame * gap);
  return { watch, last: (count - 1) * gap };
}

describe('the picture of the other', () => {
  it('is stuck after two seconds without a frame, and gone after three more', () => {
    const { watch, last } = picture(33);
    expect([1_999, 2_000, 4_999, 5_000].map((ms) => watch.at(last + ms))).toEqual([
      'moving',
      'stuck',
      'stuck',
      'gone',
    ]);
  });

  it('may be slow by itself', () => {
    const { watch, last } = picture(1_000);
    expect(watch.at(last + 2_900)).toBe('moving');
    expect(watch.at(last + 3_000)).toBe('stuck');
  });

  it('moves again with its next frame', () => {
    const { watch, last } = picture(33);
    watch.handleFrames(last + 9_000);
    expect(watch.at(last + 9_001)).toBe('moving');
  });

  it('stands as long by itself after a single frame', () => {
    const { watch } = picture(33, 1);
    expect([1_999, 2_000, 5_000].map((ms) => watch.at(ms))).toEqual(['moving', 'stuck', 'gone']);
  });

  it('is waited for from the first look on after a new beginning', () => {
    const { watch, last } = picture(33);
    watch.reset();
    expect([60_000, 61_999, 62_000, 65_000].map((ms) => watch.at(last + ms))).toEqual([
      'moving',
      'moving',
      'stuck',
      'gone',
    ]);
    watch.reset();
    expect(watch.at(last + 90_000)).toBe('moving');
  });
});

describe('the freezes of a picture', () => {
  it('are none where the page was too busy to hear of the frames that were shown', () => {
    const { watch, last } = picture(100);
    watch.take(last);
    watch.handleFrames(last + 400, 4);
    expect(watch.take(last + 400)).toEqual({ freezes: 0, frozenMs: 0, watchedMs: 400 });
    watch.handleFrames(last + 800, 1);
    expect(watch.take(last + 800)).toEqual({ freezes: 1, frozenMs: 400, watchedMs: 400 });
    watch.handleFrames(last + 1_700, 2);
    expect(watch.take(last + 1_700)).toEqual({ freezes: 2, frozenMs: 900, watchedMs: 900 });
  });

  it('are gaps of 150 ms more than the average, or of three times it', () => {
    const { watch, last } = picture(33);
    watch.take(last);
    watch.handleFrames(last + 182);
    expect(watch.take(last + 182)).toEqual({ freezes: 0, frozenMs: 0, watchedMs: 182 });
    const slow = picture(200);
    slow.watch.take(slow.last);
    slow.watch.handleFrames(slow.last + 599);
    slow.watch.handleFrames(slow.last + 599 + 900);
    expect(slow.watch.take(slow.last + 1_499)).toMatchObject({ freezes: 1, frozenMs: 900 });
  });

  it('are counted once, however often one is asked while they last', () => {
    const { watch, last } = picture(33);
    watch.take(last);
    expect(watch.take(last + 1_000)).toEqual({ freezes: 1, frozenMs: 1_000, watchedMs: 1_000 });
    expect(watch.take(last + 3_000)).toEqual({ freezes: 0, frozenMs: 2_000, watchedMs: 2_000 });
    watch.handleFrames(last + 3_500);
    watch.handleFrames(last + 3_533);
    const rest = watch.take(last + 3_533);
    expect(rest).toEqual({ freezes: 0, frozenMs: 500, watchedMs: 533 });
  });

  it('are none where nothing is watched, and none of a page that nobody looks at', () => {
    expect(new FreezeWatch().take(5_000)).toEqual({ freezes: 0, frozenMs: 0, watchedMs: 0 });
    const { watch, last } = picture(33);
    watch.take(last);
    watch.reset();
    watch.handleFrames(last + 60_000);
    watch.handleFrames(last + 60_033);
    expect(watch.take(last + 60_033)).toEqual({ freezes: 0, frozenMs: 0, watchedMs: 33 });
  });

  it('of several pictures are added', () => {
    const one = { freezes: 1, frozenMs: 300, watchedMs: 5_000 };
    expect(together([one, one])).toEqual({ freezes: 2, frozenMs: 600, watchedMs: 10_000 });
    expect(together([]).watchedMs).toBe(0);
  });
});
