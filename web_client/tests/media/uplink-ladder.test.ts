import { describe, expect, it } from 'vitest';

import { UplinkLadder, type UplinkSample } from '../../src/media/uplink-ladder';
import type { Rung } from '../../src/protocol/wire';

const LOOK_MS = 500;
const GOOD: UplinkSample = { estimateBps: 2_000_000, loss: 0, rttMs: 60, wantedBps: 1_700_000 };

/** A ladder on a path, looked at twice a second. */
class Walk {
  readonly ladder = new UplinkLadder();
  readonly changes: [number, Rung][] = [];
  now = 0;

  constructor() {
    this.ladder.handlePath(0);
  }

  for(
    seconds: number,
    given: Partial<UplinkSample> | ((walk: Walk) => Partial<UplinkSample>),
  ): this {
    for (const end = this.now + seconds * 1_000; this.now < end; this.now += LOOK_MS) {
      const change = typeof given === 'function' ? given(this) : given;
      if (this.ladder.handleSample({ ...GOOD, ...change }, this.now)) {
        this.changes.push([this.now / 1_000, this.ladder.rung]);
      }
    }
    return this;
  }

  get rungs(): Rung[] {
    return this.changes.map(([, rung]) => rung);
  }
}

/** A ladder that has started well and then fallen to where this estimate puts it. */
function fallen(estimateBps: number, more: Partial<UplinkSample> = {}): Walk {
  const walk = new Walk().for(15, {}).for(3, { estimateBps, ...more });
  walk.changes.length = 0;
  return walk;
}

/** What a line of `bps` shows of itself: an estimate near it while it is filled. */
function line(bps: number): (walk: Walk) => Partial<UplinkSample> {
  return ({ ladder }) => {
    const wanted = 60_000 + (ladder.allowanceBps ?? 1_700_000);
    const fills = wanted >= bps;
    return { estimateBps: Math.min(bps, 1.5 * wanted), wantedBps: wanted, rttMs: fills ? 90 : 60 };
  };
}

describe('going down', () => {
  it.each<[number, Rung]>([
    [500_000, 'clear'],
    [499_999, 'saving'],
    [140_000, 'saving'],
    [139_999, 'slow'],
    [69_999, 'voice'],
    [23_999, 'voice'],
  ])('of an estimate of %s', (estimateBps, rung) => {
    expect(fallen(estimateBps).ladder.rung).toBe(rung);
  });

  it('is by all rungs at once, after two seconds of trouble', () => {
    const walk = new Walk().for(15, {}).for(5, { estimateBps: 60_000 });
    expect(walk.changes).toEqual([[17, 'voice']]);
  });

  it('is not for a blip', () => {
    const walk = new Walk().for(15, {});
    for (let turn = 0; turn < 20; turn++) walk.for(0.5, { estimateBps: 60_000 }).for(0.5, {});
    expect(walk.changes).toEqual([]);
  });

  it('is not for an estimate of as much as is wanted', () => {
    expect(fallen(120_000, { wantedBps: 110_000 }).ladder.rung).toBe('clear');
  });

  it('says that voice does not pass only when packets do not', () => {
    expect(fallen(10_000, { loss: 0.5 }).ladder.rung).toBe('text');
    expect(fallen(10_000, { rttMs: 1_200 }).ladder.rung).toBe('text');
    expect(fallen(10_000, { loss: 0.2 }).ladder.rung).toBe('voice');
  });

  it('goes by loss and delay where the browser has no estimate', () => {
    expect(fallen(0, { estimateBps: null, loss: 0.2 }).ladder.rung).toBe('slow');
    expect(fallen(0, { estimateBps: null, loss: null, rttMs: null }).ladder.rung).toBe('clear');
  });
});

describe('the first seconds of a path', () => {
  it('wait for the estimate to grow', () => {
    const walk = new Walk().for(9, { estimateBps: 300_000 }).for(20, {});
    expect(walk.changes).toEqual([]);
  });

  it('are believed when packets are lost', () => {
    const walk = new Walk().for(3, { estimateBps: 100_000, loss: 0.15 });
    expect(walk.rungs).toEqual(['slow']);
  });

  it('come again with another path, which keeps the rung', () => {
    const walk = fallen(200_000);
    walk.ladder.handlePath(walk.now);
    walk.for(9, { estimateBps: 30_000 });
    expect(walk.ladder.rung).toBe('saving');
  });
});

describe('a path that is lost', () => {
  const trouble = { estimateBps: 60_000, rttMs: 1_500 };

  it('in the midst of trouble and is back has the trouble yet', () => {
    const walk = new Walk().for(15, {}).for(1.5, trouble);
    walk.ladder.handlePath(walk.now);
    expect(walk.for(1.5, trouble).rungs).toEqual(['voice']);
  });

  it('in trouble and is back later is another one', () => {
    const walk = new Walk().for(15, {}).for(1.5, trouble);
    walk.now += 25_000;
    walk.ladder.handlePath(walk.now);
    expect(walk.for(9, trouble).rungs).toEqual([]);
  });

  it('without trouble is another one', () => {
    const walk = new Walk().for(15, {});
    walk.ladder.handlePath(walk.now);
    expect(walk.for(9, trouble).rungs).toEqual([]);
  });
});

describe('going up', () => {
  it('is by one rung, after 20 s without trouble, twice a minute at most', () => {
    const walk = fallen(30_000);
    const from = walk.now / 1_000;
    walk.for(120, line(3_000_000));
    expect(walk.rungs).toEqual(['slow', 'saving', 'clear']);
    const times = walk.changes.map(([at]) => at - from);
    expect(times[0]).toBeGreaterThan(18);
    expect(times[1]).toBeGreaterThan(38);
    expect(times[2]).toBeGreaterThanOrEqual((times[0] ?? 0) + 60);
  });

  it('begins its hold anew with every trouble', () => {
    const walk = fallen(80_000);
    for (let turn = 0; turn < 5; turn++) walk.for(15, line(3_000_000)).for(1, { loss: 0.12 });
    expect(walk.changes).toEqual([]);
  });

  it('is taken back at once when packets are lost, and waits twice as long the next time', () => {
    const walk = fallen(100_000);
    const narrow = ({ ladder }: Walk): Partial<UplinkSample> =>
      ladder.rung === 'saving' ? { loss: 0.2, wantedBps: 160_000 } : { wantedBps: 60_000 };
    walk.for(300, narrow);
    const holds = walk.changes
      .filter(([, rung]) => rung === 'saving')
      .map(([at], place, all) => at - (all[place - 1]?.[0] ?? 0));
    expect(holds.slice(1).map((hold) => Math.round(hold / 10) * 10)).toEqual([40, 80]);
    walk.changes.forEach(([at, rung], place) => {
      if (rung === 'slow') expect(at - (walk.changes[place - 1]?.[0] ?? 0)).toBeLessThanOrEqual(2);
    });
  });

  it('is taken back after the trial when the estimate has not grown', () => {
    const walk = fallen(100_000).for(40, line(120_000));
    expect(walk.rungs).toEqual(['saving', 'slow']);
  });

  it('stays on the rung that the line carries', () => {
    const walk = fallen(300_000).for(200, line(300_000));
    expect(walk.changes).toEqual([]);
  });

  it('is not tried where not even the rung’s voice would fit', () => {
    const alone = { estimateBps: 78_000, wantedBps: 59_000 };
    const walk = fallen(60_000).for(200, alone);
    expect(walk.rungs).toEqual(['slow', 'saving']);
    expect(walk.for(60, { ...alone, estimateBps: 135_000 }).rungs.at(-1)).toBe('clear');
  });

  it('is begun soon where the path has become longer for good', () => {
    const walk = fallen(80_000, { rttMs: 60 }).for(31, { rttMs: 660, wantedBps: 40_000 });
    expect(walk.rungs).toEqual(['saving']);
  });

  it('is tried where the browser has no estimate', () => {
    const walk = fallen(0, { estimateBps: null, loss: 0.2 }).for(120, { estimateBps: null });
    expect(walk.rungs).toEqual(['saving', 'clear']);
  });
});

describe('the picture', () => {
  it('has as much as it likes on the best rung, and nothing below the second', () => {
    expect(new Walk().for(20, {}).ladder.allowanceBps).toBe(null);
    expect(fallen(100_000).ladder.allowanceBps).toBe(0);
  });

  it('stretches the estimate a little, so that it can grow', () => {
    expect(fallen(300_000).ladder.allowanceBps).toBe(300_000);
    expect(fallen(160_000).ladder.allowanceBps).toBe(150_000);
    expect(fallen(499_000).ladder.allowanceBps).toBe(450_000);
  });

  it('is small while a rung is tried', () => {
    const walk = fallen(100_000).for(23, line(3_000_000));
    expect([walk.ladder.rung, walk.ladder.allowanceBps]).toEqual(['saving', 100_000]);
  });
});

it('changes upward at most twice a minute on any line', () => {
  for (let seed = 1; seed <= 40; seed++) {
    let state = seed;
    const chance = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
    const walk = new Walk();
    for (let turn = 0; turn < 30; turn++) {
      walk.for(1 + chance() * 60, { ...line(chance() * 1_500_000)(walk), loss: chance() * 0.13 });
    }
    const order: Rung[] = ['clear', 'saving', 'slow', 'voice', 'text'];
    const ups = walk.changes
      .filter(([, rung], place) => {
        const before = walk.changes[place - 1]?.[1] ?? 'clear';
        return order.indexOf(rung) < order.indexOf(before);
      })
      .map(([at]) => at);
    ups.forEach((at, place) =>
      expect(at - (ups[place - 2] ?? -Infinity)).toBeGreaterThanOrEqual(60),
    );
  }
});
