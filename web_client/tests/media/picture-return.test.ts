import { describe, expect, it } from 'vitest';

import { PictureReturn } from '../../src/media/picture-return';

const SHOWN = { on: true, carried: true, unwatched: false };
const HELD = { on: true, carried: false, unwatched: false };
const OFF = { on: false, carried: true, unwatched: false };

/** A picture that the network took at 1 s. */
function held(): PictureReturn {
  const picture = new PictureReturn();
  picture.handle(SHOWN, 0, 0);
  picture.handle(HELD, 1_000, 1_000);
  return picture;
}

describe('a picture that the network took', () => {
  it('is not sent meanwhile, and nobody is asked', () => {
    const picture = held();
    picture.handle(HELD, 90_000, 90_000);
    expect([picture.blocks, picture.asks]).toEqual([true, false]);
  });

  it('comes back by itself within 30 s', () => {
    const picture = held();
    picture.handle(SHOWN, 31_000, 31_000);
    expect([picture.blocks, picture.asks]).toEqual([false, false]);
  });

  it('asks its owner after longer, until they tap', () => {
    const picture = held();
    for (const now of [31_001, 500_000]) {
      picture.handle(SHOWN, now, now);
      expect([picture.blocks, picture.asks]).toEqual([true, true]);
    }
    picture.handleTap();
    picture.handle(SHOWN, 600_000, 600_000);
    expect([picture.blocks, picture.asks]).toEqual([false, false]);
  });

  it('takes the question back when it cannot come, and asks again', () => {
    const picture = held();
    picture.handle(SHOWN, 40_000, 40_000);
    picture.handle(HELD, 41_000, 41_000);
    expect([picture.blocks, picture.asks]).toEqual([true, false]);
    picture.handle(SHOWN, 42_000, 42_000);
    expect(picture.asks).toBe(true);
  });

  it('counts from when it was last seen to pass', () => {
    const picture = new PictureReturn();
    picture.handle(HELD, 1_000, 6_000);
    picture.handle(HELD, 7_000, 7_000);
    picture.handle(SHOWN, 32_000, 32_000);
    expect(picture.asks).toBe(true);
  });

  it('is its owner’s again when they switch the camera off', () => {
    for (const last of [SHOWN, HELD]) {
      const picture = held();
      picture.handle(last, 60_000, 60_000);
      picture.handle(OFF, 61_000, 61_000);
      expect([picture.blocks, picture.asks]).toEqual([false, false]);
      picture.handle(SHOWN, 62_000, 62_000);
      expect([picture.blocks, picture.asks]).toEqual([false, false]);
    }
  });

  it('does not mind a tap when nothing was asked', () => {
    const picture = held();
    picture.handleTap();
    expect(picture.blocks).toBe(true);
  });

  it('is not given back, nor asked for, because whoever watched lost their line', () => {
    const picture = held();
    for (const carried of [false, true]) {
      picture.handle({ on: true, carried, unwatched: true }, 60_000, 60_000);
      expect([picture.blocks, picture.asks]).toEqual([true, false]);
    }
    picture.handle(SHOWN, 70_000, 70_000);
    expect(picture.asks).toBe(true);
  });

  it('is not taken where nobody is there to see it', () => {
    const picture = new PictureReturn();
    picture.handle({ on: true, carried: false, unwatched: true }, 0, 0);
    expect(picture.blocks).toBe(false);
  });
});
