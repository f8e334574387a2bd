/** What ought to be coming in now, by what the room says of its people. Pure. */

import { others, own, type Room } from '../protocol/room';
import type { DevicePause, ParticipantView, Rung } from '../protocol/wire';

/** Pauses of a device that stop the voice, and the picture: a phone call, or another program. */
const NO_VOICE: ReadonlySet<DevicePause> = new Set(['microphone', 'both']);
const NO_PICTURE: ReadonlySet<DevicePause> = new Set(['camera', 'both']);
/** Lines that carry a picture that moves. */
const MOVING: ReadonlySet<Rung> = new Set(['clear', 'saving']);

/** The mids of the slots on which somebody speaks, or could: their microphone is on. */
export function voicesDue(room: Room): ReadonlySet<string> {
  if (own(room)?.rung === 'text') return new Set();
  const speakers = new Set(
    others(room)
      .filter((person) => isHere(person) && person.microphone)
      .filter(({ rung, device_paused }) => rung !== 'text' && !NO_VOICE.has(device_paused))
      .map(({ id }) => id),
  );
  const mids = room.slots.flatMap(({ participant, audio_mid }) =>
    participant !== null && audio_mid !== null && speakers.has(participant) ? [audio_mid] : [],
  );
  return new Set(mids);
}

/** Whether every picture that is sent ought to move: stills stand by their nature. */
export function picturesDue(room: Room): boolean {
  if (room.steady) return false;
  const cameras = others(room).filter((person) => isHere(person) && person.camera);
  const lines = [...cameras, own(room)].flatMap((person) => (person === null ? [] : [person.rung]));
  const paused = cameras.some(({ device_paused }) => NO_PICTURE.has(device_paused));
  return cameras.length > 0 && !paused && lines.every((rung) => MOVING.has(rung));
}

function isHere({ presence, link }: ParticipantView): boolean {
  return presence === 'present' && link === 'connected';
}
