/** What ought to be coming in now, by what the room says of its people. Pure. */

import { others, type Room } from '../protocol/room';
import type { ParticipantView, Rung } from '../protocol/wire';

/** Lines that carry a picture that moves. */
const MOVING: ReadonlySet<Rung> = new Set(['clear', 'saving']);

/** The mids of the slots on which somebody speaks, or could: their microphone is on. */
export function voicesDue(room: Room): ReadonlySet<string> {
  if (own(room)?.rung === 'text') return new Set();
  const speakers = new Set(
    others(room)
      .filter((person) => isHere(person) && person.microphone && person.rung !== 'text')
      .map(({ id }) => id),
  );
  const mids = room.slots.flatMap(({ participant, audio_mid }) =>
    participant !== null && audio_mid !== null && speakers.has(participant) ? [audio_mid] : [],
  );
  return new Set(mids);
}

/** Whether every picture that is sent ought to move: stills stand by their nature. */
export function picturesDue(room: Room): boolean {
  const cameras = others(room).filter((person) => isHere(person) && person.camera);
  const lines = [...cameras, own(room)].flatMap((person) => (person === null ? [] : [person.rung]));
  return cameras.length > 0 && lines.every((rung) => MOVING.has(rung));
}

function own(room: Room): ParticipantView | null {
  return room.roster.find(({ id }) => id === room.you) ?? null;
}

function isHere({ presence, link }: ParticipantView): boolean {
  return presence === 'present' && link === 'connected';
}
