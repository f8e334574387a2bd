import { describe, expect, it } from 'vitest';

import { Copies } from '../../src/media/copies';

/** Looks twice a second. */
function walk() {
  const copies = new Copies();
  let now = 0;
  return {
    copies,
    for: (seconds: number, loss: number | null, lateMs = 0): boolean => {
      for (const end = now + seconds * 1_000; now < end; now += 500) {
        copies.handleSample(loss, lateMs, now);
      }
      return copies.on;
    },
  };
}

describe('copies on a narrow line', () => {
  it('go where it loses by itself, and no longer than it does', () => {
    const line = walk();
    expect(line.for(30, 0.03)).toBe(true);
    expect(line.for(10, null)).toBe(true);
    expect(line.for(30, 0)).toBe(false);
  });

  it('do not go where little is lost', () => {
    expect(walk().for(60, 0.01)).toBe(false);
    expect(walk().for(60, null)).toBe(false);
  });

  it('do not go where packets wait, and stop at once where they wait long', () => {
    const line = walk();
    expect(line.for(60, 0.05, 150)).toBe(false);
    expect(line.for(4.5, 0.05)).toBe(false);
    expect(line.for(1, 0.05)).toBe(true);
    expect(line.for(5, 0.05, 150)).toBe(true);
    expect(line.for(0.5, 0.05, 250)).toBe(false);
    expect(line.for(4, 0.05)).toBe(false);
  });
});
