import { expect, it } from 'vitest';

import {
  added,
  atRate,
  CLEAN,
  type Counts,
  FIELDS,
  isSame,
  type Leg,
  legsIn,
  type Line,
  placeOf,
  type Preset,
  PRESETS,
  speed,
  standing,
  stepOf,
  STEPS_KBPS,
} from '../../src/lab/lines';

const NAMES = Object.keys(PRESETS) as Preset[];
const COUNTS: Counts = { passed: 0, passed_bytes: 0, lost: 0, dropped: 0, waiting_bytes: 0 };
const LEG: Leg = {
  role: 'client',
  cut_s: 0,
  is_dead: false,
  up: CLEAN,
  down: CLEAN,
  up_counts: COUNTS,
  down_counts: COUNTS,
};

it.each(NAMES)('%s is within what the gateway takes, and is known again', (name) => {
  for (const line of [PRESETS[name].up, PRESETS[name].down]) {
    for (const [field, bounds] of Object.entries(FIELDS)) {
      const value = line[field as keyof Line] ?? 0;
      expect(value).toBeGreaterThanOrEqual('min' in bounds ? bounds.min : 0);
      expect(value).toBeLessThanOrEqual(bounds.max);
    }
  }
  expect(placeOf(PRESETS[name])).toBe(name);
});

it('takes a step down in rate and leaves the rest as it is', () => {
  const train = PRESETS['preset.train'];
  const slow = atRate(train, 100);
  expect(stepOf(slow)).toBe(100);
  expect(slow.up.loss_percent).toBe(train.up.loss_percent);
  expect(isSame(slow, train)).toBe(false);
  expect(placeOf(slow)).toBeNull();
});

it('gives each rate a queue of about half a second, never none', () => {
  const queues = STEPS_KBPS.map((rate) => atRate({ up: CLEAN, down: CLEAN }, rate).up.queue_kb);
  expect(queues).toEqual([94, 38, 16, 6, 4, 4]);
});

it('knows no step where the ways differ or there is no limit', () => {
  expect(stepOf({ up: CLEAN, down: CLEAN })).toBeNull();
  expect(stepOf({ up: { ...CLEAN, rate_kbps: 100 }, down: CLEAN })).toBeNull();
});

it('says in a word how a line is', () => {
  expect(standing(LEG)).toBe('is.clean');
  expect(standing({ ...LEG, ...PRESETS['preset.village'] })).toBe('is.worse');
  expect(standing({ ...LEG, is_dead: true })).toBe('is.dead');
  expect(standing({ ...LEG, is_dead: true, cut_s: 4.2 })).toBe('is.cut');
});

it('names what is added and nothing else', () => {
  expect(added(CLEAN)).toEqual([]);
  expect(added({ ...CLEAN, burst: 8 })).toEqual([]);
  expect(added({ ...CLEAN, rate_kbps: 0 })).toEqual([['now.rate', 0]]);
  expect(added(PRESETS['preset.narrow'].up)).toEqual([
    ['now.rate', 80],
    ['now.loss', 3],
    ['now.delay', 300],
  ]);
});

it('reads a speed off two looks', () => {
  expect(speed(null, { ...COUNTS, passed_bytes: 10_000 }, 1_000)).toBe(0);
  expect(speed(COUNTS, { ...COUNTS, passed_bytes: 10_000 }, 1_000)).toBe(80);
});

it.each([null, 3, {}, { legs: 'x' }])('takes %o for no answer', (answer) => {
  expect(legsIn(answer)).toBeNull();
});
