/** What a visit asks of the gateway, and what an answer that is no means for the page. */

import { spanAt } from './hour';
import type {
  Appointment,
  Appointments,
  Before,
  ClinicShown,
  LineRating,
  LineSaid,
  Me,
  Mood,
  OpenLink,
  PlanBody,
  TodayBody,
} from '../protocol/bodies';
import { type Answer, ask } from '../protocol/rest';
import type { Code } from '../protocol/wire';
import { type RefusalKind, refusalKind } from '../ui/refusal-kind';

export const openLink = (body: OpenLink): Promise<Answer<null>> => ask('POST', 'links/open', body);
export const whoIsThis = (): Promise<Answer<Me>> => ask('GET', 'me');
export const readClinic = (): Promise<Answer<ClinicShown>> => ask('GET', 'clinic');
export const readHour = (id: string): Promise<Answer<Appointment>> =>
  ask('GET', `appointments/${id}`);
export const readDay = (id: string): Promise<Answer<Before>> =>
  ask('GET', `appointments/${id}/today`);
export const giveToday = (id: string, body: TodayBody): Promise<Answer<Appointment>> =>
  ask('PUT', `appointments/${id}/today`, body);
export const givePlan = (id: string, body: PlanBody): Promise<Answer<null>> =>
  ask('PUT', `appointments/${id}/plan`, body);

export function readHours(now: number): Promise<Answer<Appointments>> {
  const { since, until } = spanAt(now);
  return ask('GET', `appointments?since=${since}&until=${until}`);
}

export function giveMood(
  id: string,
  moment: 'before' | 'after',
  value: number,
): Promise<Answer<null>> {
  return ask('PUT', `appointments/${id}/moods/${moment}`, { value } satisfies Mood);
}

export const rateLine = (id: string, said: LineSaid): Promise<Answer<null>> =>
  ask('PUT', `appointments/${id}/line`, { said } satisfies LineRating);

/** What stands in the way of going on. */
export type Trouble =
  | { readonly kind: 'unreachable' | 'busy' | 'unclear' | 'over' }
  | { readonly kind: 'refused'; readonly why: RefusalKind };

/** Null is none. Pure. */
export function troubleOf(answer: Answer<unknown>): Trouble | null {
  switch (answer.kind) {
    case 'done':
      return null;
    case 'unreachable':
      return { kind: 'unreachable' };
    case 'refused':
      return refusedTrouble(answer.code);
  }
}

function refusedTrouble(code: Code): Trouble {
  if (code === 'not_now' || code === 'room_ended' || code === 'not_found') return { kind: 'over' };
  if (code === 'malformed' || code === 'too_large') return { kind: 'unclear' };
  const why = visitRefusal(code);
  return why === 'busy' ? { kind: 'busy' } : { kind: 'refused', why };
}

/** A browser nobody is known by has no appointment here: that is not a fault of the link. */
export function visitRefusal(code: Code): RefusalKind {
  return code === 'signed_out' ? 'absent' : refusalKind(code);
}
