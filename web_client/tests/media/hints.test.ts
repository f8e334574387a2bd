import { expect, it } from 'vitest';

import { en } from '../../src/i18n/en';
import { zh } from '../../src/i18n/zh';
import { lowPercent } from '../../src/media/battery';
import { type Hint, HINT_STEP, Hints } from '../../src/media/hints';

it('shows the gravest first, and each until it is dropped', () => {
  let changes = 0;
  const hints = new Hints(() => changes++);
  hints.show('low_battery');
  hints.show('interrupted');
  hints.show('interrupted');
  expect([hints.first, changes]).toEqual(['interrupted', 2]);
  hints.drop('interrupted', 'silent');
  hints.drop('silent');
  expect([hints.first, changes]).toEqual(['low_battery', 3]);
});

it('has a sentence of its own for each, in both languages', () => {
  const all = Object.keys(HINT_STEP) as Hint[];
  expect(new Set(all.map((hint) => en[`hint.${hint}`])).size).toBe(all.length);
  expect(new Set(all.map((hint) => zh[`hint.${hint}`])).size).toBe(all.length);
});

it.each([
  [0.15, false, 15],
  [0.04, false, 4],
  [0.16, false, null],
  [0.1, true, null],
])('a battery at %d, charging %s, is worth %s', (level, charging, percent) => {
  expect(lowPercent({ level, charging })).toBe(percent);
});
