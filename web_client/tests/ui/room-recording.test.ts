import { describe, expect, it } from 'vitest';

import type { Call } from '../../src/media/call';
import type { Event, Recording } from '../../src/protocol/wire';
import { EMPTY_ROOM, reduceRoom } from '../../src/protocol/room';
import { RoomRecording } from '../../src/ui/room-recording';
import { recording } from '../recording/fixtures';
import { welcome } from '../support/fakes';

function room(given: { taken?: boolean; told?: Recording } = {}) {
  const sent: unknown[] = [];
  let listener: ((event: Event) => void) | null = null;
  const session = {
    room: EMPTY_ROOM,
    droppedAt: null,
    onEvent: (listen: (event: Event) => void) => {
      listener = listen;
      return () => (listener = null);
    },
    request: (command: unknown) => {
      sent.push(command);
      return given.taken === false
        ? Promise.reject(new Error('no line'))
        : Promise.resolve({ type: 'done' });
    },
  };
  if (given.told !== undefined) session.room = { ...EMPTY_ROOM, recording: given.told };
  const call = { session, watch: { level: () => 0 } } as unknown as Call;
  const made = new RoomRecording({ call, person: 'counsellor', requestUpdate: () => undefined });
  const stop = made.follow();
  const tell = (event: Event): void => {
    session.room = reduceRoom(session.room, event, 0);
    listener?.(event);
  };
  return { made, sent, tell, stop, isHeard: () => listener !== null };
}

const OPEN = { type: 'show_safety', open: true };

describe('the safety panel', () => {
  it('is told of where something can be recorded, once', () => {
    const { made, sent, tell } = room();
    made.setSafety(true);
    expect(sent).toEqual([]);
    tell(recording());
    made.setSafety(true);
    expect(sent).toEqual([OPEN]);
    made.setSafety(false);
    expect(sent.at(-1)).toEqual({ ...OPEN, open: false });
  });

  it('is told of to nobody where nothing can be', () => {
    const { made, sent } = room({ told: recording({ why_not: 'off' }) });
    made.setSafety(true);
    expect(sent).toEqual([]);
  });

  it('is told of again to a gateway that may not know', () => {
    const { made, sent, tell } = room({ told: recording() });
    made.setSafety(true);
    tell(welcome());
    tell(recording());
    expect(sent).toEqual([OPEN, OPEN]);
  });

  it('is told to be closed where that may not have been heard', async () => {
    const { made, sent, tell } = room({ told: recording() });
    made.setSafety(true);
    made.setSafety(false);
    tell(welcome());
    tell(recording());
    await Promise.resolve();
    expect(sent).toEqual([OPEN, { ...OPEN, open: false }, { ...OPEN, open: false }]);
  });

  it('is not told of where it never was open', () => {
    const { made, sent, tell } = room({ told: recording() });
    made.setSafety(false);
    tell(welcome());
    tell(recording());
    expect(sent).toEqual([]);
  });

  it('leaves out what of oneself is on and not recorded', () => {
    const { made } = room({ told: recording({ stage: 'recording', you_excluded: ['video'] }) });
    expect(made.excludes('video')).toBe(true);
    expect(made.excludes('audio')).toBe(false);
  });

  it('is told of again when it did not get there', async () => {
    const { made, sent } = room({ told: recording(), taken: false });
    made.setSafety(true);
    await Promise.resolve().then(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 0));
    made.setSafety(true);
    expect(sent).toHaveLength(2);
  });
});

describe('what the room shows', () => {
  it.each([
    ['off', 'none', ''],
    ['arming', 'none', 'shown'],
    ['recording', 'solid', 'recorded solid shown'],
    ['hold', 'hollow', 'recorded hollow shown'],
  ] as const)('of %s', (stage, mark, tone) => {
    const { made } = room({ told: recording({ stage }) });
    expect(made.mark).toBe(mark);
    expect(made.tone).toBe(tone);
  });

  it('keeps clear of who is asked', () => {
    const { made } = room({ told: recording({ stage: 'requested', you_answer: true }) });
    expect(made.tone).toBe('asked');
  });

  it('ends with the room', () => {
    const { stop, isHeard } = room();
    stop();
    expect(isHeard()).toBe(false);
  });
});
