import { expect, it } from 'vitest';

import { SendRate } from '../../src/media/send-rate';

it('is of the last three seconds', () => {
  const rate = new SendRate();
  expect(rate.take(0, 0)).toBe(null);
  expect(rate.take(500, 500)).toBe(null);
  expect(rate.take(1_000, 1_000)).toBe(8_000);
  for (let now = 1_500; now < 9_000; now += 500) rate.take(1_000, now);
  expect(rate.take(1_000, 9_000)).toBe(0);
});

it('begins anew with another path', () => {
  const rate = new SendRate();
  rate.take(0, 0);
  rate.take(90_000, 2_000);
  expect(rate.take(10, 2_500)).toBe(null);
  expect(rate.take(1_010, 3_500)).toBe(8_000);
});
