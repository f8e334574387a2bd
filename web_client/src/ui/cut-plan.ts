/** What both agreed to do when the line is cut, and what of it is to be done now. Pure. */

import type { Key } from '../i18n/language';
import type { Role } from '../protocol/wire';

export interface CutPlan {
  readonly caller: 'counsellor' | 'client' | 'nobody';
  /** The number this person dials; empty where they dial none, or have none. */
  readonly dial: string;
  /** The client's own number, for them to know which phone will ring; empty for others. */
  readonly rings: string;
  readonly waitMs: number;
}

export interface Step {
  readonly key: Key;
  /** The number to dial now; null where there is nothing to dial. */
  readonly dial: string | null;
}

/** What this person does when the two have been apart for so long; null before its time. */
export function stepNow(plan: CutPlan | null, person: Role, apartMs: number): Step | null {
  if (plan === null || apartMs < plan.waitMs) return null;
  const { caller } = plan;
  if (caller === 'nobody') return { key: `plan.${person}.nobody`, dial: null };
  const dial = caller === person && plan.dial !== '' ? plan.dial : null;
  return { key: `plan.${person}.${caller}`, dial };
}
