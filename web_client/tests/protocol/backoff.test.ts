import { expect, it } from 'vitest';

import { backoff } from '../../src/protocol/backoff';

it('doubles from 0.3 s to 5 s', () => {
  const middle = Array.from({ length: 7 }, (_, attempt) => backoff(attempt, 0.5));
  expect(middle).toEqual([300, 600, 1200, 2400, 4800, 5000, 5000]);
});

it('is spread by a quarter either way, whatever the attempt', () => {
  for (const attempt of [0, 3, 1_000]) {
    const middle = backoff(attempt, 0.5);
    expect(backoff(attempt, 0)).toBe(Math.round(middle * 0.75));
    expect(backoff(attempt, 0.999_999)).toBeLessThanOrEqual(middle * 1.25);
  }
});
