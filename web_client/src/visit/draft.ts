/** What a client gives before an hour: the order of the questions, and what each needs. Pure. */

import type { Caller, Near, PlanBody, TodayBody } from '../protocol/bodies';

export type Step = 'place' | 'phone' | 'contact' | 'near' | 'mood';

export interface Draft {
  readonly place: string;
  readonly phone: string;
  readonly contactName: string;
  readonly contactPhone: string;
  readonly caller: Caller | null;
  readonly near: Near | null;
}

export type Field = keyof Draft;

export const EMPTY: Draft = {
  place: '',
  phone: '',
  contactName: '',
  contactPhone: '',
  caller: null,
  near: null,
};

const STEPS: readonly Step[] = ['place', 'phone', 'contact', 'near', 'mood'];
/** What a step asks for. How one feels is nobody's duty to say. */
const FIELDS: Readonly<Record<Step, readonly Field[]>> = {
  place: ['place'],
  phone: ['phone', 'caller'],
  contact: ['contactName', 'contactPhone'],
  near: ['near'],
  mood: [],
};
const TODAY: readonly Field[] = ['place', 'phone', 'contactName', 'contactPhone'];
const WORDS_MOST = 300;
const PHONE = /^[0-9+() .\-/#*]{3,40}$/;
const WAIT_S = 30;

/** The question after this one; null is the room. What is as last time is not asked again. */
export function stepAfter(step: Step, asLastTime = false): Step | null {
  if (step === 'phone' && asLastTime) return 'near';
  return STEPS[STEPS.indexOf(step) + 1] ?? null;
}

/** The question before this one; null is the page before the questions. */
export function stepBefore(step: Step): Step | null {
  return STEPS[STEPS.indexOf(step) - 1] ?? null;
}

/** What of a step is still missing, or is no telephone number, in the order it is asked. */
export function missingIn(step: Step, draft: Draft): readonly Field[] {
  return FIELDS[step].filter((field) => !isGiven(field, draft));
}

/** The first question that is not answered; null when all are. */
export function firstMissing(draft: Draft): Step | null {
  return STEPS.find((step) => missingIn(step, draft).length > 0) ?? null;
}

/** As it is sent; null while something is missing. */
export function todayOf(draft: Draft): TodayBody | null {
  const { near } = draft;
  if (near === null || !TODAY.every((field) => isGiven(field, draft))) return null;
  return {
    place: draft.place.trim(),
    phone: plainPhone(draft.phone),
    contact_name: draft.contactName.trim(),
    contact_phone: plainPhone(draft.contactPhone),
    near,
  };
}

/** As it is sent; null while nobody has said who calls. Only "yes" makes a call safe. */
export function planOf({ caller, phone }: Draft): PlanBody | null {
  if (caller === null) return null;
  const safe = caller === 'counsellor';
  return { caller, phone: plainPhone(phone), call_is_safe: safe, wait_s: WAIT_S };
}

/** What was given earlier today, as answers that can be changed. */
export function draftOf(today: TodayBody | null, plan: PlanBody | null): Partial<Draft> {
  const given =
    today === null
      ? {}
      : {
          place: today.place,
          phone: today.phone,
          contactName: today.contact_name,
          contactPhone: today.contact_phone,
          near: today.near,
        };
  return plan === null ? given : { ...given, caller: plan.caller };
}

/** A number as a telephone takes it: a Chinese keyboard may write its digits wide. */
export function plainPhone(phone: string): string {
  return phone
    .normalize('NFKC')
    .replace(/[‐-―−]/g, '-')
    .trim();
}

function isGiven(field: Field, draft: Draft): boolean {
  if (field === 'phone' || field === 'contactPhone') return PHONE.test(plainPhone(draft[field]));
  const value = draft[field];
  if (value === null) return false;
  const { length } = value.trim();
  return length > 0 && length <= WORDS_MOST;
}
