import { describe, expect, it } from 'vitest';

import { StillPlan } from '../../src/media/still-plan';
import type { Rung } from '../../src/protocol/wire';

const RUNGS: Rung[] = ['clear', 'saving', 'slow', 'voice', 'text'];
const PICTURE = { bps: 500_000, stills: false };
const NOBODY = { bps: 0, stills: false };
const STILLS = { bps: 0, stills: true };
const BOTH = { bps: 500_000, stills: true };

function plan(camera: boolean, rung: Rung, rate: typeof PICTURE | null): boolean {
  const made = new StillPlan();
  made.camera = camera;
  made.rung = rung;
  if (rate !== null) made.handleRate(rate);
  return made.due;
}

describe('stills are due', () => {
  it('never while one’s own camera is off', () => {
    const due = RUNGS.flatMap((rung) =>
      [null, PICTURE, NOBODY, STILLS, BOTH].map((rate) => plan(false, rung, rate)),
    );
    expect(due.some(Boolean)).toBe(false);
  });

  it.each([
    ['no word of the gateway', null, [false, false, true, false, false]],
    ['a picture is worth sending', PICTURE, [false, false, true, false, false]],
    ['nobody can see', NOBODY, [false, false, false, false, false]],
    ['the other line takes stills only', STILLS, [true, true, true, false, false]],
    ['one line takes stills, another the picture', BOTH, [true, true, true, false, false]],
  ])('by one’s own rung where %s', (_, rate, expected) => {
    expect(RUNGS.map((rung) => plan(true, rung, rate))).toEqual(expected);
  });
});
