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

describe('in a moment that is kept steady', () => {
  function steady(camera: boolean, rung: Rung, rate: typeof PICTURE | null): boolean {
    const made = new StillPlan();
    made.camera = camera;
    made.rung = rung;
    made.steady = true;
    if (rate !== null) made.handleRate(rate);
    return made.due;
  }

  it.each([
    ['no word of the gateway', null, [true, true, true, false, false]],
    ['a picture is worth sending', PICTURE, [true, true, true, false, false]],
    ['nobody can see', NOBODY, [false, false, false, false, false]],
    ['the other line takes stills only', STILLS, [true, true, true, false, false]],
  ])('stills are in the place of every picture, where %s', (_, rate, expected) => {
    expect(RUNGS.map((rung) => steady(true, rung, rate))).toEqual(expected);
  });

  it('nothing is sent of a camera that is off', () => {
    expect(RUNGS.some((rung) => steady(false, rung, PICTURE))).toBe(false);
  });

  it('nobody is away, however long it is', () => {
    const made = new StillPlan();
    made.camera = true;
    made.handleRate(PICTURE);
    made.settle(0);
    made.steady = true;
    made.settle(1_000);
    made.steady = false;
    made.settle(90_000);
    expect([made.asks, made.due]).toEqual([false, false]);
  });
});

describe('after half a minute in which nobody could see anything', () => {
  function away(seconds: number): StillPlan {
    const made = new StillPlan();
    made.camera = true;
    made.rung = 'slow';
    made.settle(0);
    made.rung = 'voice';
    made.settle(1_000);
    made.rung = 'slow';
    made.settle(1_000 + seconds * 1_000);
    return made;
  }

  it('the owner is asked before stills begin again', () => {
    const made = away(31);
    expect([made.asks, made.due]).toEqual([true, false]);
    made.handleTap();
    expect([made.asks, made.due]).toEqual([false, true]);
  });

  it('and not before', () => {
    const made = away(30);
    expect([made.asks, made.due]).toEqual([false, true]);
  });

  it('nor where the picture had only become slow', () => {
    const made = new StillPlan();
    made.camera = true;
    made.handleRate(STILLS);
    made.settle(0);
    made.settle(90_000);
    expect([made.asks, made.due]).toEqual([false, true]);
  });

  it('nor of one who has just switched their camera on', () => {
    const made = away(31);
    made.camera = false;
    made.settle(40_000);
    made.camera = true;
    made.settle(41_000);
    expect([made.asks, made.due]).toEqual([false, true]);
  });
});
