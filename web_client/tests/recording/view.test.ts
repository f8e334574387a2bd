import { describe, expect, it } from 'vitest';

import { EMPTY_ROOM, reduceRoom } from '../../src/protocol/room';
import type { HoldReason, Recording } from '../../src/protocol/wire';
import { isRunning, LOST_MS, viewOf } from '../../src/recording/view';
import { welcome } from '../support/fakes';
import { NOW, recording } from './fixtures';

const ME = { now: NOW, goneAt: null, you: 'me', person: 'client' } as const;

describe('what a room keeps of a recording', () => {
  const told = recording({ stage: 'arming', begins_at: 5_005_000, running_since: 5_001_000 });

  it('is nothing before it is told, and what was told last then', () => {
    expect(EMPTY_ROOM.recording).toBeNull();
    const room = reduceRoom(reduceRoom(EMPTY_ROOM, welcome(), 5_000_000), told, 0);
    expect(room.recording).toEqual(told);
  });

  it('has its moments by this clock', () => {
    const room = reduceRoom(reduceRoom(EMPTY_ROOM, welcome(), 5_000_700), told, 0);
    expect(room.recording?.begins_at).toBe(5_005_700);
    expect(room.recording?.running_since).toBe(5_001_700);
    expect(room.recording?.started_at).toBeNull();
  });

  it('outlasts a short loss of the line, and no new seat', () => {
    const room = reduceRoom(EMPTY_ROOM, told, 0);
    expect(reduceRoom(room, welcome({ resumed: true }), 0).recording).not.toBeNull();
    expect(reduceRoom(room, welcome(), 0).recording).toBeNull();
  });
});

describe('the shape', () => {
  it.each([
    ['off', 'none'],
    ['requested', 'none'],
    ['arming', 'hollow'],
    ['recording', 'solid'],
    ['hold', 'hollow'],
    ['finalising', 'none'],
  ] as const)('of %s is %s', (stage, mark) => {
    expect(viewOf(recording({ stage }), ME).mark).toBe(mark);
  });

  it('says what runs', () => {
    expect(isRunning(null)).toBe(false);
    expect(isRunning(recording({ stage: 'arming' }))).toBe(false);
    expect(isRunning(recording({ stage: 'hold' }))).toBe(true);
  });
});

describe('the time', () => {
  it('is of what was captured, holds left out', () => {
    const on = recording({ stage: 'recording', captured_ms: 60_000, running_since: NOW - 3_000 });
    expect(viewOf(on, ME).elapsedMs).toBe(63_000);
    const held = recording({ stage: 'hold', captured_ms: 63_000 });
    expect(viewOf(held, { ...ME, now: NOW + 9_000 }).elapsedMs).toBe(63_000);
  });

  it.each([
    [5_000, 5],
    [4_001, 5],
    [1, 1],
    [0, null],
    [-2_000, null],
    [60_000, 5],
  ])('until it begins, %i ms before, is %s s', (ms, seconds) => {
    const arming = recording({ stage: 'arming', begins_at: NOW + ms });
    expect(viewOf(arming, ME).startsIn).toBe(seconds);
  });
});

describe('a page without a line', () => {
  const on = recording({ stage: 'recording', captured_ms: 0, running_since: NOW - 10_000 });

  it('says that it is recorded for as long as that may be', () => {
    expect(viewOf(on, { ...ME, goneAt: NOW - LOST_MS + 1 }).stage).toBe('recording');
  });

  it('then shows a hold, and the time as far as it went', () => {
    const view = viewOf(on, { ...ME, goneAt: NOW - 6_000 });
    expect(view).toMatchObject({ stage: 'hold', mark: 'hollow', elapsedMs: 6_000 });
    expect(view.hold).toEqual({ reason: 'absent', participant: 'me' });
  });

  it('does not let go on what this person paused', () => {
    const paused = recording({ stage: 'hold', you_paused: true });
    expect(viewOf(paused, ME).mayResume).toBe(true);
    expect(viewOf(paused, { ...ME, goneAt: NOW - 6_000 }).mayResume).toBe(false);
  });
});

describe('of several reasons', () => {
  function held(...holds: readonly (readonly [HoldReason, string])[]): Recording {
    return recording({
      stage: 'hold',
      holds: holds.map(([reason, participant]) => ({ reason, participant })),
    });
  }

  it.each([
    [[['safety', '']], null],
    [
      [
        ['safety', ''],
        ['absent', 'x'],
      ],
      'absent',
    ],
    [
      [
        ['no_indicator', 'x'],
        ['user', 'y'],
      ],
      'user',
    ],
    [
      [
        ['absent', 'x'],
        ['new_party', 'y'],
      ],
      'new_party',
    ],
  ] as const)('a client is told of one: %j', (holds, told) => {
    expect(viewOf(held(...holds), ME).hold?.reason ?? null).toBe(told);
  });

  it('the counsellor is told of the safety panel', () => {
    const view = viewOf(held(['safety', '']), { ...ME, person: 'counsellor' });
    expect(view.hold?.reason).toBe('safety');
  });

  it("one's own goes first among the same", () => {
    expect(viewOf(held(['user', 'x'], ['user', 'me']), ME).hold?.participant).toBe('me');
  });
});

describe('what is left out', () => {
  it('is told while it runs, and of nothing else', () => {
    const excluded = { you_excluded: ['video'] } as const;
    const on = recording({ stage: 'recording', you_excluded: [...excluded.you_excluded] });
    expect(viewOf(on, ME).excluded).toEqual(['video']);
    expect(viewOf({ ...on, stage: 'finalising' }, ME).excluded).toEqual([]);
  });
});
