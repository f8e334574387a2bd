/** What a person's taps in the room do to their own devices, and what the room knows of the lines. */

import type { Mode } from './more-sheet';
import type { Answer, Question } from './question-sheet';
import type { Call } from '../media/call';
import { isHere } from '../protocol/room';
import type { Rung } from '../protocol/wire';

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

/** Take part in this way from now on. */
export function takeMode({ own }: Call, mode: Mode): void {
  const wanted = [
    ['video', mode === 'video'],
    ['audio', mode !== 'text'],
  ] as const;
  for (const [kind, on] of wanted) if (own.isOn(kind) !== on) void own.turn(kind, on);
}

/** One's own rung and that of whoever is shown large; and whether any picture is on. */
export function rungsOf(
  { session, others, own }: Call,
  large: string | undefined,
): [Readonly<Record<'own' | 'peer', Rung | null>>, boolean] {
  const { roster, you } = session.room;
  const mine = roster.find(({ id }) => id === you)?.rung ?? null;
  const peer = others.find((other) => other.id === large && isHere(other));
  const pictures = own.isOn('video') || peer?.camera === true;
  return [{ own: mine, peer: peer?.rung ?? null }, pictures];
}
