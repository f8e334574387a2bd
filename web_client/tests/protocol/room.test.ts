import { describe, expect, it } from 'vitest';

import { EMPTY_ROOM, guidanceOf, reduceRoom, type Room } from '../../src/protocol/room';
import type { Event } from '../../src/protocol/wire';
import { person, welcome } from '../support/fakes';

function after(...events: readonly Event[]): Room {
  return events.reduce((room, event) => reduceRoom(room, event, 0), EMPTY_ROOM);
}

describe('what the counsellor wishes', () => {
  it('is nothing before one is in', () => {
    expect(guidanceOf(EMPTY_ROOM)).toEqual({ cue: 'balanced', steady: false });
  });

  it('is told on coming in, and coming back', () => {
    const roster = [person('me', { cue: 'detail' }), person('other', { cue: 'motion' })];
    const steady = after(welcome({ steady: true, roster }));
    expect(guidanceOf(steady)).toEqual({ cue: 'detail', steady: true });
    expect(guidanceOf(after(welcome({ steady: true, roster }), welcome()))).toEqual({
      cue: 'balanced',
      steady: false,
    });
  });

  it('changes with what is told', () => {
    const me = person('me', { cue: 'motion' });
    const room = after(
      welcome(),
      { type: 'steady', steady: true },
      { type: 'participant_changed', participant: me },
      { type: 'participant_changed', participant: person('other', { cue: 'detail' }) },
    );
    expect(guidanceOf(room)).toEqual({ cue: 'motion', steady: true });
    expect(reduceRoom(room, { type: 'steady', steady: false }, 0).steady).toBe(false);
  });
});
