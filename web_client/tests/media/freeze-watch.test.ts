import { describe, expect, it } from 'vitest';

import { FreezeWatch } from '../../src/media/freeze-watch';

/** A picture of `count` frames, `gap` ms apart, from 0. */
function picture(gap: number, count = 40): { watch: FreezeWatch; last: number } {
  const watch = new FreezeWatch();
  for (let frame = 0; frame < count; frame++) watch.handleFrame(frame * gap);
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
    watch.handleFrame(last + 9_000);
    expect(watch.at(last + 9_001)).toBe('moving');
  });

  it('is not known before two frames, nor after a new beginning', () => {
    expect(new FreezeWatch().at(60_000)).toBe('moving');
    expect(picture(33, 1).watch.at(60_000)).toBe('moving');
    const { watch, last } = picture(33);
    watch.reset();
    expect(watch.at(last + 60_000)).toBe('moving');
  });
});
