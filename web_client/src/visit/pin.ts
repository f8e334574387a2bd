/** The digits beside a link. Pure. */

export const DIGITS = 6;

/** What was typed, as digits: a Chinese keyboard may write them wide. */
export function digitsOf(typed: string): string {
  return typed.normalize('NFKC').replace(/\D/g, '').slice(0, DIGITS);
}

/** How many were wrong. Nothing was wrong before something was given. */
export function wrongTries(given: string, before: number): number {
  return given === '' ? 0 : before + 1;
}
