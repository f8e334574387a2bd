import { describe, expect, it } from 'vitest';

import { nextSpeed, playerAct } from '../../src/recordings/player-keys';

const press = (key: string, changes = {}) => ({
  key,
  ctrlKey: false,
  altKey: false,
  metaKey: false,
  isComposing: false,
  ...changes,
});

describe('a key of the player', () => {
  it.each([
    [' ', { kind: 'toggle' }],
    ['K', { kind: 'toggle' }],
    ['j', { kind: 'by', ms: -10_000 }],
    ['l', { kind: 'by', ms: 10_000 }],
    ['ArrowLeft', { kind: 'by', ms: -5_000 }],
    ['ArrowRight', { kind: 'by', ms: 5_000 }],
    ['0', { kind: 'to', ms: 0 }],
    ['9', { kind: 'to', ms: 54_000 }],
    ['Home', { kind: 'to', ms: 0 }],
    ['End', { kind: 'to', ms: 60_000 }],
    ['<', { kind: 'slower' }],
    ['>', { kind: 'faster' }],
    ['x', null],
    ['toString', null],
  ])('%j is %j', (key, act) => {
    expect(playerAct(press(key), 60_000, true)).toEqual(act);
  });

  it.each(['altKey', 'ctrlKey', 'isComposing', 'metaKey'])('is not ours with %s', (with_) => {
    expect(playerAct(press('k', { [with_]: true }), 60_000, true)).toBeNull();
  });

  it('leaves only the arrows and the ends where single keys are off', () => {
    expect(playerAct(press('k'), 60_000, false)).toBeNull();
    expect(playerAct(press('5'), 60_000, false)).toBeNull();
    expect(playerAct(press('ArrowLeft'), 60_000, false)).toEqual({ kind: 'by', ms: -5_000 });
  });

  it.each([
    [1, true, 1.25],
    [1, false, 0.75],
    [2, true, 2],
    [0.75, false, 0.75],
  ])('makes of %d, faster %s, %d', (speed, faster, next) => {
    expect(nextSpeed(speed, faster)).toBe(next);
  });
});
