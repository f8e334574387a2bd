import { expect, it } from 'vitest';

import { LeastLately } from '../../src/media/least-lately';

it('is the least that came within the window', () => {
  const least = new LeastLately(10_000);
  expect(least.take(50, 0)).toBe(50);
  expect(least.take(80, 500)).toBe(50);
  expect(least.take(600, 1_500)).toBe(50);
  expect(least.take(600, 10_000)).toBe(50);
  expect(least.take(600, 10_500)).toBe(600);
  expect(least.take(40, 10_600)).toBe(40);
});

it('begins anew when told to', () => {
  const least = new LeastLately(10_000);
  least.take(50, 0);
  least.forget();
  expect(least.take(600, 100)).toBe(600);
});
