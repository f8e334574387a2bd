import { expect, it } from 'vitest';

import { isEvening, warmth } from '../../src/ui/daylight';

it('goes from clear to warm and never back', () => {
  const hour = Array.from({ length: 71 }, (_, minute) => warmth(minute));
  expect(hour[0]).toBe(0);
  expect(hour[50]).toBe(1);
  expect(hour.at(-1)).toBe(1);
  expect([...hour].sort((a, b) => a - b)).toEqual(hour);
});

it('has four still steps for who wants no motion', () => {
  const steps = new Set(
    Array.from({ length: 700 }, (_, tenth) => warmth(tenth / 10, { still: true })),
  );
  expect(steps.size).toBe(4);
});

it('is evening late, early, or by wish', () => {
  expect([5, 6, 12, 19, 20, 23].map((hour) => isEvening(hour, false))).toEqual([
    true,
    false,
    false,
    false,
    true,
    true,
  ]);
  expect(isEvening(12, true)).toBe(true);
});
