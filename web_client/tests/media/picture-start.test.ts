import { expect, it } from 'vitest';

import { PictureStart } from '../../src/media/picture-start';

it('leaves a picture alone that nothing has stopped', () => {
  const start = new PictureStart();
  expect([null, 40_000, 2_000_000].map((bps, place) => start.handle(bps, place))).toEqual([
    null,
    40_000,
    2_000_000,
  ]);
  expect(start.takeEnd(60_000)).toBe(false);
});

it('begins with little after a moment, and says when that is over', () => {
  const start = new PictureStart();
  expect(start.handle(0, 1_000)).toBe(0);
  expect(start.handle(0, 3_000)).toBe(0);
  expect(start.handle(3_000_000, 4_000)).toBe(120_000);
  expect(start.handle(null, 5_000)).toBe(120_000);
  expect(start.handle(80_000, 6_000)).toBe(80_000);
  expect(start.takeEnd(6_999)).toBe(false);
  expect(start.takeEnd(7_000)).toBe(true);
  expect(start.takeEnd(7_001)).toBe(false);
  expect(start.handle(3_000_000, 7_001)).toBe(3_000_000);
});

it('begins with all there is after a long time', () => {
  const start = new PictureStart();
  start.handle(0, 0);
  expect(start.handle(null, 10_000)).toBe(null);
});
