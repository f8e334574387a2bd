import { describe, expect, it } from 'vitest';

import { picturesDue, voicesDue } from '../../src/media/due';
import { EMPTY_ROOM, type Room } from '../../src/protocol/room';
import type { ParticipantView } from '../../src/protocol/wire';
import { person } from '../support/fakes';

function room(other: Partial<ParticipantView> = {}, me: Partial<ParticipantView> = {}): Room {
  const them = { link: 'connected', microphone: true, camera: true, ...other } as const;
  return {
    ...EMPTY_ROOM,
    you: 'me',
    roster: [person('me', { link: 'connected', ...me }), person('other', them)],
    slots: [
      { audio_mid: '3', video_mid: '4', participant: 'other' },
      { audio_mid: '5', video_mid: '6', participant: null },
    ],
  };
}

describe('a voice is due', () => {
  it('on the slot of somebody whose microphone is on', () => {
    expect([...voicesDue(room())]).toEqual(['3']);
  });

  it.each([
    room({ microphone: false }),
    room({ link: 'disconnected' }),
    room({ presence: 'away' }),
    room({ rung: 'text' }),
    room({ device_paused: 'microphone' }),
    room({ device_paused: 'both' }),
    room({}, { rung: 'text' }),
    EMPTY_ROOM,
  ])('from nobody else', (given) => {
    expect(voicesDue(given).size).toBe(0);
  });
});

describe('pictures are due to move', () => {
  it('while a camera is on and both lines carry it', () => {
    expect(picturesDue(room())).toBe(true);
    expect(picturesDue(room({ rung: 'saving' }, { rung: 'saving' }))).toBe(true);
  });

  it.each([
    room({ camera: false }),
    room({ link: 'disconnected' }),
    room({ rung: 'slow' }),
    room({ device_paused: 'camera' }),
    room({}, { rung: 'voice' }),
    { ...room(), steady: true },
    EMPTY_ROOM,
  ])('and not otherwise', (given) => {
    expect(picturesDue(given)).toBe(false);
  });
});
