import { describe, expect, it } from 'vitest';

import { type Format, FormatChoice } from '../../src/media/picture-format';
import type { Cue } from '../../src/protocol/wire';

/** The formats of rates that last for ten seconds each. */
function formats(...rates: (number | null)[]): (readonly [number, number | null])[] {
  const choice = new FormatChoice();
  return rates.map((bps, place) => {
    choice.take(bps, 'balanced', null, place * 10_000);
    const { scale, frames } = choice.take(bps, 'balanced', null, place * 10_000 + 9_999);
    return [scale, frames];
  });
}

function once(bps: number | null, cue: Cue = 'balanced', pixels: number | null = null): Format {
  return new FormatChoice().take(bps, cue, pixels, 0);
}

describe('the format of a picture', () => {
  it.each<[number | null, number, number | null]>([
    [null, 1, null],
    [1_000_000, 1, null],
    [500_000, 1, null],
    [499_999, 1, 15],
    [249_999, 1.5, 15],
    [149_999, 2, 12],
    [59_999, 3, 8],
    [1, 3, 8],
  ])('of %s bits a second', (bps, scale, frames) => {
    expect(formats(bps)).toEqual([[scale, frames]]);
  });

  it.each<[number | null, number]>([
    [null, 1],
    [1_000_000, 1],
    [999_999, Math.sqrt(3)],
    [249_999, 1.5 * Math.sqrt(3)],
    [1, 3 * Math.sqrt(3)],
  ])('of %s bits a second, of 720p', (bps, scale) => {
    expect(once(bps, 'balanced', 1280 * 720).scale).toBeCloseTo(scale);
    expect(once(bps, 'balanced', 320 * 240).scale).toBe(once(bps).scale);
  });

  it('goes down at once, and up only with some to spare', () => {
    expect(formats(100_000, 160_000, 179_999, 180_000, 149_999)).toEqual([
      [2, 12],
      [2, 12],
      [2, 12],
      [1.5, 15],
      [2, 12],
    ]);
  });

  it('goes up only when there has been more for a while, without a break', () => {
    const choice = new FormatChoice();
    const scale = (bps: number, now: number) => choice.take(bps, 'balanced', null, now).scale;
    expect(scale(100_000, 0)).toBe(2);
    for (let now = 1_000; now < 20_000; now += 2_000)
      expect([scale(300_000, now), scale(100_000, now + 1_000)]).toEqual([2, 2]);
    expect(choice.waits).toBe(false);
    expect([scale(300_000, 20_000), scale(300_000, 23_999)]).toEqual([2, 2]);
    expect(choice.waits).toBe(true);
    expect(scale(300_000, 24_000)).toBe(1);
    expect(choice.waits).toBe(false);
  });

  it('never gets smaller because there is more', () => {
    expect(formats(500_000, 510_000)).toEqual([
      [1, null],
      [1, null],
    ]);
  });

  it('is kept while there is no picture', () => {
    expect(formats(100_000, 0, 100_000)).toEqual([
      [2, 12],
      [2, 12],
      [2, 12],
    ]);
  });
});

describe('the format by what should be kept best', () => {
  function format(cue: Cue, bps: number | null): (number | string | null)[] {
    const { scale, frames, keeps } = once(bps, cue);
    return [scale, frames, keeps];
  }

  it('has the face whole, at the cost of frames', () => {
    for (const bps of [null, 1_700_000, 350_000, 150_000])
      expect(format('detail', bps)).toEqual([1, 12, 'maintain-resolution']);
    expect(format('detail', 149_999)).toEqual([1.5, 8, 'maintain-resolution']);
    expect(format('detail', 59_999)).toEqual([2, 6, 'maintain-resolution']);
  });

  it('has every movement, at the cost of size, where the line cannot carry both', () => {
    for (const bps of [null, 500_000])
      expect(format('motion', bps)).toEqual([1, null, 'maintain-framerate']);
    for (const bps of [499_999, 350_000, 150_000])
      expect(format('motion', bps)).toEqual([2, 30, 'maintain-framerate']);
    expect(format('motion', 149_999)).toEqual([3, 24, 'maintain-framerate']);
    expect(format('motion', 59_999)).toEqual([4, 24, 'maintain-framerate']);
  });

  it('follows another wish at once, whatever there is to spare', () => {
    const choice = new FormatChoice();
    const take = (bps: number, cue: Cue) => choice.take(bps, cue, null, 0);
    take(140_000, 'detail');
    expect(take(160_000, 'detail').scale).toBe(1.5);
    expect(take(160_000, 'motion')).toMatchObject({ scale: 2, frames: 30 });
    expect(take(160_000, 'balanced')).toMatchObject({ scale: 1.5, frames: 15 });
    expect(take(160_000, 'detail').scale).toBe(1);
  });

  it('has a format of the other wish while there is no picture', () => {
    const choice = new FormatChoice();
    choice.take(1, 'balanced', null, 0);
    expect(choice.take(0, 'detail', null, 0)).toMatchObject({ scale: 2, frames: 6 });
  });
});
