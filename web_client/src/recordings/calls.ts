/** What the pages of recordings ask of the gateway, and what an answer that is no means. */

import { isGone } from './words';
import type { Key } from '../i18n/language';
import type {
  AnswerLater,
  Looks,
  Proofs,
  Purpose,
  RecordingOpened,
  RecordingSeen,
  RecordingsSeen,
  TakeBack,
  Watched,
} from '../protocol/bodies';
import { type Answer, ask } from '../protocol/rest';
import type { Code, Problem } from '../protocol/wire';

/** Of one client; without one one's own, or all that one may play. */
export const readRecordings = (client = ''): Promise<Answer<RecordingsSeen>> =>
  ask('GET', client === '' ? 'recordings' : `recordings?client=${client}`);
export const openRecording = (id: string): Promise<Answer<RecordingOpened>> =>
  ask('GET', `recordings/${id}`);
export const tellWatched = (id: string, body: Watched): Promise<Answer<null>> =>
  ask('POST', `recordings/${id}/watched`, body);
export const takeBack = (id: string, body: TakeBack): Promise<Answer<RecordingSeen>> =>
  ask('POST', `recordings/${id}/take-back`, body);
export const keepIt = (id: string): Promise<Answer<RecordingSeen>> =>
  ask('POST', `recordings/${id}/keep`);
export const askLater = (id: string, purpose: Purpose): Promise<Answer<RecordingSeen>> =>
  ask('POST', `recordings/${id}/later`, { purpose });
export const answerLater = (id: string, body: AnswerLater): Promise<Answer<RecordingSeen>> =>
  ask('POST', `recordings/${id}/later/answer`, body);
export const readProofs = (): Promise<Answer<Proofs>> => ask('GET', 'proofs');
export const readLooks = (after: number): Promise<Answer<Looks>> =>
  ask('GET', `me/looks?after=${after}`);

/** Where a player's sound and picture come from, piece by piece. */
export const fileAddress = (recording: string, number: number): string =>
  `/api/v1/recordings/${recording}/files/${number}`;

/** A recording as it stands now; null where there is none, undefined where nobody says. */
export async function seenNow(
  id: string,
  client: string,
): Promise<RecordingSeen | null | undefined> {
  const known = await readRecordings(client);
  return known.kind === 'done'
    ? (known.said.items.find((each) => each.id === id) ?? null)
    : undefined;
}

/** The first byte of a file: whether the gateway still gives it. */
export async function askForFile(recording: string, number: number): Promise<Answer<null>> {
  const response = await fetch(fileAddress(recording, number), {
    cache: 'no-store',
    headers: { range: 'bytes=0-0' },
  }).catch(() => null);
  if (response === null || response.status >= 500) return { kind: 'unreachable' };
  if (!response.ok) return { kind: 'refused', code: await codeIn(response) };
  await response.body?.cancel().catch(() => undefined);
  return { kind: 'done', said: null };
}

async function codeIn(response: Response): Promise<Code> {
  const problem = (await response.json().catch(() => null)) as Partial<Problem> | null;
  return problem?.code ?? 'not_found';
}

/** Why something did not work, in one calm sentence. Null when it did. */
export function troubleOf(answer: Answer<unknown>): Key | null {
  if (answer.kind === 'done') return null;
  if (answer.kind === 'unreachable') return 'recs.unreachable';
  return answer.code === 'busy' || answer.code === 'rate_limited' ? 'recs.busy' : 'recs.failed';
}

/** Whose page this is no more; null where that stays with who asked. */
export function gateOf(code: Code): 'signed-out' | 'locked' | null {
  if (code === 'signed_out') return 'signed-out';
  return code === 'locked' ? 'locked' : null;
}

/** Refusals that pass by themselves: they say nothing about whether one may. */
const PASSING: ReadonlySet<Code> = new Set<Code>(['busy', 'rate_limited']);

export const isPassing = (code: Code): boolean => PASSING.has(code);

/** What the player says when it cannot go on; `seen` is the recording as it is known now, null for unknown. */
export function whyStopped(
  answer: Exclude<Answer<unknown>, { kind: 'done' }>,
  seen: RecordingSeen | null,
): Key {
  if (answer.kind === 'unreachable' || PASSING.has(answer.code)) return 'recs.stopped.unreachable';
  if (seen === null || isGone(seen)) return 'recs.stopped.taken_back';
  // What may be played and is not there was changed, cut or moved where it lies: nobody took it back.
  return seen.may_play && answer.code === 'not_found' ? 'recs.stopped.shut' : 'recs.stopped.over';
}
