/** Signing in: what is read from an address and from fields, and what is said when it fails. Pure. */

import { troubleOf } from './views';
import type { Key } from '../i18n/language';
import type { SignIn } from '../protocol/bodies';
import type { Answer } from '../protocol/rest';

const CLINIC = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
export const LEAST_PASSWORD = 12;
export const MOST_PASSWORD = 256;

/** The clinic named in `/desk#clinic=UUID`; empty when none is. */
export function clinicIn(hash: string): string {
  const given = new URLSearchParams(hash.replace(/^#/, '')).get('clinic') ?? '';
  return CLINIC.test(given) ? given : '';
}

/** Digits as authenticators show them and as keyboards write them: "123 456", "１２３４５６". */
export function digitsOf(written: string): string {
  return written.normalize('NFKC').replace(/\D/g, '');
}

/** What is not complete in these fields; null when they can be sent. */
export function incompleteIn({ clinic, code }: SignIn): Key | null {
  if (!CLINIC.test(clinic)) return 'desk.sign_in.clinic.form';
  return code.length === 6 ? null : 'desk.sign_in.code.form';
}

/** One sentence for whatever was wrong: it says no more than the gateway does. */
export function signInTrouble(answer: Answer<unknown>): Key | null {
  if (answer.kind !== 'refused') return troubleOf(answer);
  const { code } = answer;
  return code === 'busy' || code === 'rate_limited' ? 'desk.busy' : 'desk.sign_in.refused';
}

/** The same for the password alone. */
export function unlockTrouble(answer: Answer<unknown>): Key | null {
  if (answer.kind === 'refused' && answer.code === 'sign_in_refused') return 'desk.lock.refused';
  return troubleOf(answer);
}

/** What keeps two written passwords from being sent; null when nothing does. */
export function passwordTrouble(first: string, second: string): Key | null {
  // As the gateway counts: characters, not UTF-16 units.
  const length = Array.from(first).length;
  if (length < LEAST_PASSWORD) return 'desk.invited.short';
  if (length > MOST_PASSWORD) return 'desk.invited.long';
  return first === second ? null : 'desk.invited.differ';
}

/** Why an invitation was not taken up. */
export function invitedTrouble(answer: Answer<unknown>): Key | null {
  if (answer.kind !== 'refused') return troubleOf(answer);
  if (answer.code === 'password_weak') return 'desk.invited.weak';
  if (answer.code === 'invitation_invalid') return 'desk.invited.invalid';
  return answer.code === 'busy' || answer.code === 'rate_limited' ? 'desk.busy' : 'desk.failed';
}
