import { describe, expect, it } from 'vitest';

import { gateAfter, gateOf, isAway, TODAY, troubleOf, viewOf } from '../../src/desk/views';
import type { Me } from '../../src/protocol/bodies';
import type { Answer } from '../../src/protocol/rest';
import type { Code } from '../../src/protocol/wire';

const MINUTE = 60_000;

function me(change: Partial<Me> = {}): Answer<Me> {
  const said: Me = {
    id: 'c1',
    clinic: 'k1',
    clinic_name: '静室',
    name: '李老师',
    positions: ['counsellor'],
    locked: false,
    ...change,
  };
  return { kind: 'done', said };
}

function refused(code: Code): Answer<never> {
  return { kind: 'refused', code };
}

describe('the gate of the desk', () => {
  it('is open to who counsels or supervises', () => {
    expect(gateOf(me(), false)).toBe('open');
    expect(gateOf(me({ positions: ['admin', 'counsellor'] }), false)).toBe('open');
    expect(gateOf(me({ positions: ['supervisor'] }), false)).toBe('open');
    expect(gateOf(me({ positions: ['client'] }), false)).toBe('other');
  });

  it('is locked when the gateway or this page says so', () => {
    expect(gateOf(me({ locked: true }), false)).toBe('locked');
    expect(gateOf(me(), true)).toBe('locked');
  });

  it('asks who is nobody to sign in, locked or not', () => {
    expect(gateOf(refused('signed_out'), true)).toBe('signed-out');
    expect(gateOf({ kind: 'unreachable' }, false)).toBe('unreachable');
    expect(gateOf(refused('busy'), false)).toBe('unreachable');
  });

  it('closes on two refusals of any call', () => {
    expect(gateAfter('locked')).toBe('locked');
    expect(gateAfter('signed_out')).toBe('signed-out');
    expect(gateAfter('not_allowed')).toBe(null);
  });

  it('closes by itself after a quarter of an hour', () => {
    expect(isAway(0, 15 * MINUTE - 1)).toBe(false);
    expect(isAway(0, 15 * MINUTE)).toBe(true);
  });
});

describe('a history entry', () => {
  it('is the view it stands for', () => {
    expect(viewOf({ kind: 'card', hour: 'h' })).toEqual({ kind: 'card', hour: 'h' });
    expect(viewOf({ kind: 'after', hour: 'h' })).toEqual({ kind: 'after', hour: 'h' });
    expect(viewOf({ kind: 'change', person: 'p' })).toEqual({ kind: 'change', person: 'p' });
    expect(viewOf({ kind: 'recordings' })).toEqual({ kind: 'recordings' });
    const recording = { kind: 'recording', recording: 'r' };
    expect(viewOf(recording)).toEqual(recording);
  });

  it('of a room is its card: nobody goes in by going back', () => {
    expect(viewOf({ kind: 'room', hour: 'h' })).toEqual({ kind: 'card', hour: 'h' });
  });

  it.each([
    null,
    undefined,
    'room',
    {},
    { kind: 'room' },
    { kind: 'other', hour: 'h' },
    { kind: 'recording' },
  ])('%j is today', (state) => {
    expect(viewOf(state)).toBe(TODAY);
  });
});

describe('a refusal', () => {
  it('is one calm sentence', () => {
    expect(troubleOf(me())).toBe(null);
    expect(troubleOf({ kind: 'unreachable' })).toBe('desk.unreachable');
    expect(troubleOf(refused('rate_limited'))).toBe('desk.busy');
    expect(troubleOf(refused('not_found'))).toBe('desk.not_yours');
    expect(troubleOf(refused('malformed'))).toBe('desk.failed');
  });

  it('is left to the gate where that says it', () => {
    expect(troubleOf(refused('locked'))).toBe(null);
    expect(troubleOf(refused('signed_out'))).toBe(null);
  });
});
