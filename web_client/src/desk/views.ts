/** Which of the desk's views is shown, and what has to come before it. Pure. */

import type { Key } from '../i18n/language';
import type { Me, Position } from '../protocol/bodies';
import type { Answer } from '../protocol/rest';
import type { Code } from '../protocol/wire';

export type View =
  | { readonly kind: 'today' | 'messages' }
  | { readonly kind: 'recordings' }
  | { readonly kind: 'card'; readonly hour: string }
  | { readonly kind: 'room'; readonly hour: string }
  | { readonly kind: 'after'; readonly hour: string }
  | { readonly kind: 'change'; readonly person: string }
  | { readonly kind: 'recording'; readonly recording: string };

/** What stands before the desk: `other` is somebody who neither counsels nor supervises. */
export type Gate = 'opening' | 'unreachable' | 'signed-out' | 'locked' | 'other' | 'open';

export const TODAY: View = { kind: 'today' };
const AT_THE_DESK: readonly Position[] = ['counsellor', 'supervisor'];

/** Who is away for so long gives the password again; the gateway counts the same, from its last call. */
const AWAY_MS = 15 * 60_000;

/** What `GET me` opens; `lockedHere`: this page locked itself before. */
export function gateOf(answer: Answer<Me>, lockedHere: boolean): Gate {
  if (answer.kind === 'done') {
    if (answer.said.locked || lockedHere) return 'locked';
    return AT_THE_DESK.some((each) => holds(answer.said, each)) ? 'open' : 'other';
  }
  if (answer.kind === 'unreachable') return 'unreachable';
  return gateAfter(answer.code) ?? 'unreachable';
}

/** Where a refusal leads, whatever was asked for; null when it stays with who asked. */
export function gateAfter(code: Code): Gate | null {
  if (code === 'signed_out') return 'signed-out';
  return code === 'locked' ? 'locked' : null;
}

/** Whether nobody has touched the page for long enough to lock it. */
export function isAway(lastTouchMs: number, nowMs: number): boolean {
  return nowMs - lastTouchMs >= AWAY_MS;
}

/** The view a history entry stands for. A room is never entered by going back: its card is shown. */
export function viewOf(state: unknown): View {
  if (typeof state !== 'object' || state === null) return TODAY;
  const { kind, hour, person, recording } = state as Partial<Record<string, unknown>>;
  if (kind === 'messages' || kind === 'recordings') return { kind };
  if (kind === 'change' && typeof person === 'string') return { kind, person };
  if (kind === 'recording' && typeof recording === 'string') return { kind, recording };
  return typeof hour === 'string' ? hourView(kind, hour) : TODAY;
}

function hourView(kind: unknown, hour: string): View {
  if (kind === 'card' || kind === 'room') return { kind: 'card', hour };
  return kind === 'after' ? { kind, hour } : TODAY;
}

/** What a page is of: of another one it begins anew. */
export function keyOf(view: View): string {
  if ('hour' in view) return view.hour;
  if ('recording' in view) return view.recording;
  return 'person' in view ? view.person : '';
}

/** Whether somebody works in a position. */
export function holds(me: Me | null, position: Position): boolean {
  return me?.positions.includes(position) ?? false;
}

const TROUBLES: Readonly<Partial<Record<Code, Key>>> = {
  busy: 'desk.busy',
  rate_limited: 'desk.busy',
  not_now: 'desk.not_now',
  room_ended: 'desk.not_now',
  not_allowed: 'desk.not_yours',
  not_found: 'desk.not_yours',
};

/** Why something did not work, in one calm sentence; null when it did, or a gate says it. */
export function troubleOf(answer: Answer<unknown>): Key | null {
  if (answer.kind === 'done') return null;
  if (answer.kind === 'unreachable') return 'desk.unreachable';
  return gateAfter(answer.code) === null ? (TROUBLES[answer.code] ?? 'desk.failed') : null;
}
