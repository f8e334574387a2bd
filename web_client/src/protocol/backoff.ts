/** How long to wait before the n-th attempt to come back: 0.3 s doubling to 5 s, spread by ±25 %. */

const FIRST_MS = 300;
const LONGEST_MS = 5_000;
const SPREAD = 0.25;

/** `attempt` counts from 0; `random` is in [0, 1). The spread keeps a full house from returning at once. */
export function backoff(attempt: number, random: number): number {
  const plain = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
  return Math.round(plain * (1 - SPREAD + 2 * SPREAD * random));
}
