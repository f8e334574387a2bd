import { describe, expect, it } from 'vitest';

import { JUMP_MS, paceOf } from '../../src/recordings/pace';

describe('the pace of a picture or a sound', () => {
  it('is the speed while it is nearly there', () => {
    expect(paceOf(5_000, 5_010, 1.5, false)).toEqual({ rate: 1.5, jumpTo: null, pulling: false });
  });

  it.each([
    [60, 0.96],
    [-60, 1.04],
  ])('is a little other when it is %d ms ahead', (ahead, rate) => {
    expect(paceOf(5_000, 5_000 + ahead, 1, false)).toEqual({ rate, jumpTo: null, pulling: true });
  });

  it('goes on being pulled until it is close', () => {
    expect(paceOf(5_000, 5_020, 1, true).pulling).toBe(true);
    expect(paceOf(5_000, 5_020, 1, false).pulling).toBe(false);
    expect(paceOf(5_000, 5_005, 1, true).pulling).toBe(false);
  });

  it.each([JUMP_MS + 1, -JUMP_MS - 1])('jumps when it is %d ms off', (ahead) => {
    expect(paceOf(5_000, 5_000 + ahead, 1, true)).toEqual({
      rate: 1,
      jumpTo: 5_000,
      pulling: false,
    });
  });

  it('comes to the clock within four seconds, from as far as it is pulled', () => {
    let ahead = JUMP_MS;
    let pulling = false;
    for (let ms = 0; ms < 4_000; ms += 100) {
      const pace = paceOf(ms, ms + ahead, 1, pulling);
      ({ pulling } = pace);
      ahead += (pace.rate - 1) * 100;
    }
    expect(Math.abs(ahead)).toBeLessThan(10);
  });
});
