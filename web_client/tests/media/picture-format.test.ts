import { describe, expect, it } from 'vitest';

import { FormatChoice } from '../../src/media/picture-format';

function formats(...rates: (number | null)[]): (readonly [number, number | null])[] {
  const choice = new FormatChoice();
  return rates.map((bps) => {
    const { scale, frames } = choice.take(bps);
    return [scale, frames];
  });
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

  it('goes down at once, and up only with some to spare', () => {
    expect(formats(100_000, 160_000, 179_999, 180_000, 149_999)).toEqual([
      [2, 12],
      [2, 12],
      [2, 12],
      [1.5, 15],
      [2, 12],
    ]);
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
