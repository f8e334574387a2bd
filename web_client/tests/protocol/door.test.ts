import { describe, expect, it } from 'vitest';

import {
  atDoor,
  isWaiting,
  others,
  present,
  reduceRoom,
  EMPTY_ROOM,
} from '../../src/protocol/room';
import { person, welcome } from '../support/fakes';

describe('a room with a door', () => {
  const li = person('me', { role: 'counsellor' });
  const waiting = person('wang', { waits: true });

  it('shows who waits as nobody of the room', () => {
    const room = reduceRoom(EMPTY_ROOM, welcome({ roster: [li, waiting] }), 0);
    expect(others(room)).toEqual([]);
    expect(present(room)).toEqual([li]);
    expect(atDoor(room)).toEqual([waiting]);
    expect(isWaiting(room)).toBe(false);
  });

  it('shows who was let in as one of them', () => {
    const before = reduceRoom(EMPTY_ROOM, welcome({ roster: [li, waiting] }), 0);
    const inside = person('wang');
    const room = reduceRoom(before, { type: 'participant_changed', participant: inside }, 0);
    expect(others(room)).toEqual([inside]);
    expect(atDoor(room)).toEqual([]);
  });

  it('forgets who left the door, for as long as they are away', () => {
    const away = { ...waiting, presence: 'away' } as const;
    const gone = { ...waiting, presence: 'offline' } as const;
    const room = reduceRoom(EMPTY_ROOM, welcome({ roster: [li, away] }), 0);
    expect(atDoor(room)).toEqual([away]);
    expect(atDoor({ ...room, roster: [li, gone] })).toEqual([]);
  });

  it('knows that one waits oneself', () => {
    const me = person('me', { waits: true });
    expect(isWaiting(reduceRoom(EMPTY_ROOM, welcome({ roster: [me] }), 0))).toBe(true);
    expect(isWaiting(EMPTY_ROOM)).toBe(false);
  });
});
