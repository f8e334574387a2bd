/** What was given for this day, in words: the plan for a cut line, who is near, whom to call. Pure but for the language. */

import { t } from '../i18n/language';
import type { Near, PlanBody } from '../protocol/bodies';

export interface PlanWords {
  readonly lines: readonly string[];
  /** The number for the counsellor to call; null where they are not to call. */
  readonly call: string | null;
  /** Whether calling may put the client in danger. */
  readonly unsafe: boolean;
}

/** The plan for a cut line. That a call is unsafe comes before everything else. */
export function planWords(plan: PlanBody | null, ownPhone: string): PlanWords {
  if (plan === null) return { lines: [t('desk.plan.none')], call: null, unsafe: false };
  const unsafe = !plan.call_is_safe;
  const lines = unsafe ? [t('desk.plan.unsafe')] : [];
  const phone = plan.phone || ownPhone;
  const mayCall = plan.caller === 'counsellor' && !unsafe;
  if (!unsafe || plan.caller !== 'counsellor') lines.push(whoCalls(plan, phone));
  else lines.push(t('desk.plan.wait_here'));
  return { lines, call: mayCall && phone !== '' ? phone : null, unsafe };
}

function whoCalls({ caller, wait_s }: PlanBody, phone: string): string {
  const blanks = { count: wait_s ?? 30, phone };
  if (caller === 'nobody') return t('desk.plan.nobody');
  if (caller === 'client') return t('desk.plan.client', { count: blanks.count });
  return phone === '' ? t('desk.plan.no_phone', blanks) : t('desk.plan.counsellor', blanks);
}

export function nearWords(near: Near): string {
  return t(`desk.near.${near}`);
}
