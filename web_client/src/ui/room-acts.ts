/** What a person's taps in the room do, to their own devices and the counsellor's wishes; and the room's facts. */

import type { Mode } from './more-sheet';
import type { Way } from './parting-sheet';
import type { Answer, Question } from './question-sheet';
import type { Asking } from './room-sheet';
import type { Facts } from './room-words';
import { t } from '../i18n/language';
import type { Call } from '../media/call';
import type { Kind } from '../media/peer';
import { guidanceOf, isHere, own as ownOf } from '../protocol/room';
import type { HoldSteady, ParticipantView, Role, Rung, SetCue } from '../protocol/wire';

/** What this person is asked now. */
export function questionOf(call: Call): Question | null {
  if (call.asksForPicture) return 'picture';
  return call.invitations.open?.kind ?? null;
}

/** The person's answer to what they were asked; only `open` and `voice_only` switch anything on. */
export function takeAnswer(call: Call, answer: Answer): void {
  const question = questionOf(call);
  if (question === 'picture') {
    if (answer === 'open') call.openPicture();
    else void call.own.turn('video', false);
    return;
  }
  call.invitations.answer();
  if (answer === 'no' || question === null) return;
  void call.own.turn(answer === 'open' && question === 'video' ? 'video' : 'audio', true);
}

/** Switch a device, by its owner's tap. */
export function turn({ own }: Call, { kind, on }: { kind: Kind; on: boolean }): void {
  void own.turn(kind, on);
}

/** Go, or end it for everyone; returns what is to be asked then: a session that did not end is still open. */
export async function part(call: Call, way: Way): Promise<Asking> {
  if (way === 'end') return (await call.end()) ? null : 'not-ended';
  call.leave();
  return null;
}

/** Take part in this way from now on. */
export function takeMode({ own }: Call, mode: Mode): void {
  const wanted = [
    ['video', mode === 'video'],
    ['audio', mode !== 'text'],
  ] as const;
  for (const [kind, on] of wanted) if (own.isOn(kind) !== on) void own.turn(kind, on);
}

/** Tell the room what the counsellor wishes. What becomes of it is seen in what the room tells. */
export function guide({ session }: Call, wish: SetCue | HoldSteady): void {
  session.request(wish).catch(() => undefined);
}

/**
 * Whether new texts are kept quiet: in a moment kept steady, and while everyone is there with their
 * voice. Who has none now speaks by text, and is never kept waiting.
 */
export function keepsQuiet({ session, others }: Call): boolean {
  const { room } = session;
  if (!room.steady || ownOf(room)?.rung === 'text') return false;
  return others.filter(isHere).every(hasVoice);
}

function hasVoice({ presence, link, microphone, rung, device_paused }: ParticipantView): boolean {
  const paused = device_paused === 'microphone' || device_paused === 'both';
  const there = presence === 'present' && link === 'connected';
  return there && microphone && !paused && rung !== 'text';
}

/** What the room's news is made of; `large` is who is shown large. */
export function factsOf(call: Call, person: Role, large: string | undefined): Facts {
  const { session, others, own } = call;
  const { room, texts } = session;
  const peer = others.find((other) => other.id === large && isHere(other)) ?? null;
  const counsellor = others.find(({ role }) => role === 'counsellor');
  const camera = own.isOn('video');
  return {
    ...guidanceOf(room),
    rungs: { own: rungOf(ownOf(room)), peer: rungOf(peer) },
    pictures: camera || peer?.camera === true,
    person,
    camera,
    counsellor: counsellor?.name ?? t('room.other.counsellor'),
    quiet: keepsQuiet(call),
    texts: texts.texts.filter(({ sender }) => sender !== room.you).length,
  };
}

function rungOf(person: ParticipantView | null): Rung | null {
  return person?.rung ?? null;
}
