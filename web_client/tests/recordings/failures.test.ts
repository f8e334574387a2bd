import { describe, expect, it } from 'vitest';

import { Failures } from '../../src/recordings/failures';

describe('a file that fails', () => {
  it('is tried again twice, and again after a while', () => {
    const failures = new Failures();
    expect([0, 100, 200].map((now) => failures.again(1, now))).toEqual([true, true, false]);
    expect(failures.again(2, 300)).toBe(true);
    expect(failures.again(1, 60_000)).toBe(true);
  });

  it('is left out, so long as others are left', () => {
    const failures = new Failures();
    const files = [{ number: 1 }, { number: 2 }];
    expect(failures.leaveOut(1, files)).toBe(true);
    expect([...failures.lost]).toEqual([1]);
    expect(failures.leaveOut(2, files)).toBe(false);
  });
});
