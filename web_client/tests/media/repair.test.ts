import { describe, expect, it } from 'vitest';

import { type PathSample, pathOf, type Repair, RepairPlan } from '../../src/media/repair';

const DOWN: PathSample = { path: 'down', bytes: 0, expecting: true };

function up(bytes: number | null, expecting = true): PathSample {
  return { path: 'up', bytes, expecting };
}

/** What the plan asks for, with the time, when shown the same sample every half second. */
function watch(plan: RepairPlan, sample: PathSample, fromMs: number, toMs: number) {
  const asked: [number, Repair][] = [];
  for (let now = fromMs; now <= toMs; now += 500) {
    const repair = plan.handleSample(sample, now);
    if (repair !== null) asked.push([now, repair]);
  }
  return asked;
}

describe('a path that is down', () => {
  it('is restarted at once and again, then rebuilt, with growing pauses', () => {
    expect(watch(new RepairPlan(), DOWN, 0, 26_000)).toEqual([
      [0, 'restart'],
      [1_500, 'restart'],
      [4_500, 'rebuild'],
      [9_500, 'rebuild'],
      [17_500, 'rebuild'],
      [25_500, 'rebuild'],
    ]);
  });

  it('begins with a restart again after it was up', () => {
    const plan = new RepairPlan();
    watch(plan, DOWN, 0, 10_000);
    plan.handleSample(up(1), 20_000);
    expect(watch(plan, DOWN, 20_500, 20_500)).toEqual([[20_500, 'restart']]);
  });
});

describe('a path that is up and silent', () => {
  it('is restarted after a second, not again for ten, and never rebuilt', () => {
    expect(watch(new RepairPlan(), up(7), 0, 22_000)).toEqual([
      [1_000, 'restart'],
      [11_000, 'restart'],
      [21_000, 'restart'],
    ]);
  });

  it('is left alone when nobody should be heard', () => {
    expect(watch(new RepairPlan(), up(7, false), 0, 20_000)).toEqual([]);
  });

  it('is left alone when the browser counts nothing', () => {
    expect(watch(new RepairPlan(), up(null), 0, 20_000)).toEqual([]);
  });

  it('is left alone while bytes arrive', () => {
    const plan = new RepairPlan();
    const asked = Array.from({ length: 40 }, (_, tick) => plan.handleSample(up(tick), tick * 500));
    expect(asked.every((repair) => repair === null)).toBe(true);
  });
});

describe('a path that starts', () => {
  it('is given eight seconds', () => {
    const plan = new RepairPlan();
    plan.handleBuilt(0);
    const starting: PathSample = { path: 'starting', bytes: null, expecting: true };
    expect(watch(plan, starting, 0, 8_000)).toEqual([[8_000, 'restart']]);
  });
});

describe('a network that comes back', () => {
  it('restarts a path that stands, but not one that is just starting', () => {
    expect(new RepairPlan().handleOnline('up', 0)).toBe('restart');
    expect(new RepairPlan().handleOnline('starting', 0)).toBeNull();
  });

  it('does not restart on every flicker', () => {
    const plan = new RepairPlan();
    expect(plan.handleOnline('up', 0)).toBe('restart');
    expect(plan.handleOnline('up', 100)).toBeNull();
  });
});

it('knows every state a browser has a word for', () => {
  const states: RTCPeerConnectionState[] = [
    'new',
    'connecting',
    'connected',
    'disconnected',
    'failed',
    'closed',
  ];
  expect(states.map(pathOf)).toEqual(['starting', 'starting', 'up', 'down', 'down', 'down']);
});
