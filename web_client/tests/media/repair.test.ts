import { describe, expect, it } from 'vitest';

import { type PathSample, pathOf, type Repair, RepairPlan } from '../../src/media/repair';

const DOWN: PathSample = { path: 'down', bytes: 0, expecting: true, answerable: true };

function up(bytes: number | null, expecting = true): PathSample {
  return { path: 'up', bytes, expecting, answerable: true };
}

function doubts(plan: RepairPlan, sample: PathSample, tick: number): boolean {
  plan.handleSample(sample, tick * 500);
  return plan.doubts;
}

/** What the plan asks for, with the time, when shown the same sample every half second. */
function watch(plan: RepairPlan, sample: PathSample, fromMs: number, toMs: number, everyMs = 500) {
  const asked: [number, Repair][] = [];
  for (let now = fromMs; now <= toMs; now += everyMs) {
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

describe('a path without a line', () => {
  it('is left as it is, for a restart to mend when there is one', () => {
    const plan = new RepairPlan();
    expect(watch(plan, { ...DOWN, answerable: false }, 0, 80_000)).toEqual([]);
    expect(watch(plan, { ...up(7), answerable: false }, 80_500, 90_000)).toEqual([]);
    expect(watch(plan, DOWN, 90_500, 90_500)).toEqual([[90_500, 'restart']]);
  });

  it('is given time when the line that is back carries its restart', () => {
    const plan = new RepairPlan();
    watch(plan, { ...DOWN, answerable: false }, 0, 80_000);
    plan.handleOffered(80_100);
    expect(watch(plan, DOWN, 80_250, 82_000, 250)).toEqual([[81_750, 'restart']]);
  });
});

describe('a path that is up and silent', () => {
  it('is restarted after a second and a quarter, not again for ten, and never rebuilt', () => {
    expect(watch(new RepairPlan(), up(7), 0, 24_000, 250)).toEqual([
      [1_250, 'restart'],
      [11_250, 'restart'],
      [21_250, 'restart'],
    ]);
  });

  it('is looked at more often as soon as it brings nothing', () => {
    const plan = new RepairPlan();
    expect([up(1), up(2), up(2), up(3)].map((look, tick) => doubts(plan, look, tick))).toEqual([
      false,
      false,
      true,
      false,
    ]);
    plan.handleSample(up(3), 2_000);
    expect(doubts(plan, DOWN, 5)).toBe(false);
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

/** Bytes on the pair at a time; voice comes every 20 ms and this says when it arrives, if at all. */
type Line = (sentMs: number) => number | null;

/** Two minutes of looking at such a line as a link does: every 500 ms, in doubt every 250. */
function restarts(line: Line, phaseMs: number): number {
  const arrivals: number[] = [];
  for (let sent = 0; sent < 120_000; sent += 20) {
    const at = line(sent);
    if (at !== null) arrivals.push(at);
  }
  arrivals.sort((a, b) => a - b);
  const plan = new RepairPlan();
  let count = 0;
  let come = 0;
  let odd = false;
  for (let now = 500 + phaseMs; now < 119_000; now += 250) {
    odd = !odd;
    if (odd && !plan.doubts) continue;
    while ((arrivals[come] ?? Infinity) <= now) come++;
    if (plan.handleSample(up(come), now) !== null) count++;
  }
  return count;
}

/** The same chances every time. */
function chance(): () => number {
  let state = 7;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

describe('a line that is merely bad', () => {
  const draw = chance();
  const lines: [string, Line, boolean][] = [
    ['loses three in ten', (sent) => (draw() < 0.3 ? null : sent + 80), false],
    ['loses eight in ten', (sent) => (draw() < 0.8 ? null : sent + 80), false],
    ['holds all back for a second', (sent) => Math.max(sent, sent - (sent % 7_000) + 1_000), false],
    [
      'loses three in ten and holds all back',
      (sent) => (draw() < 0.3 ? null : Math.max(sent, sent - (sent % 7_000) + 1_000)),
      false,
    ],
    ['swings by a second', (sent) => sent + 100 + draw() * 1_000, false],
    ['is lost for a second now and then', (sent) => (sent % 9_000 < 1_000 ? null : sent), false],
    ['is lost for two seconds', (sent) => (sent % 60_000 > 58_000 ? null : sent), true],
  ];

  it.each(lines)('that %s', (_, line, restarted) => {
    const phases = Array.from({ length: 25 }, (__, step) => step * 10);
    const counts = phases.map((phase) => restarts(line, phase));
    expect(counts.every((count) => count > 0 === restarted)).toBe(true);
  });
});

describe('a path that starts', () => {
  it('is given eight seconds', () => {
    const plan = new RepairPlan();
    plan.handleBuilt(0);
    const starting: PathSample = { ...DOWN, path: 'starting', bytes: null };
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

  it('restarts once more when it came back just after a restart', () => {
    const plan = new RepairPlan();
    plan.handleOnline('up', 0);
    plan.handleOnline('up', 100);
    const bytes = Array.from({ length: 12 }, (_, tick) => tick);
    const asked = bytes.map((count) => plan.handleSample(up(count), 250 * (count + 1)));
    expect(asked.map((repair, tick) => [repair, 250 * (tick + 1)]).filter(([it]) => it)).toEqual([
      ['restart', 1_500],
    ]);
  });

  it('does not wait for the long pause after a path that brought nothing', () => {
    const plan = new RepairPlan();
    expect(watch(plan, up(7), 0, 1_250, 250)).toEqual([[1_250, 'restart']]);
    expect(plan.handleOnline('up', 4_000)).toBe('restart');
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
