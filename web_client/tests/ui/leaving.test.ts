import { expect, it } from 'vitest';

import { EscapeCounter } from '../../src/ui/leaving';

it('takes three presses within a second and a half', () => {
  const counter = new EscapeCounter();
  expect([0, 700, 1_400].map((now) => counter.handlePress(now))).toEqual([false, false, true]);
});

it('does not take three slow ones', () => {
  const counter = new EscapeCounter();
  expect([0, 1_000, 2_000, 3_000].some((now) => counter.handlePress(now))).toBe(false);
});

it('starts over after a leave', () => {
  const counter = new EscapeCounter();
  for (const now of [0, 1, 2]) counter.handlePress(now);
  expect(counter.handlePress(3)).toBe(false);
});
