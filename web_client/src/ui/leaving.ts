/** C14: gone at once. Media stops first, then the page is another one and leaves nothing behind. */

import { wipeVault } from '../thread/vault';

const PRESSES = 3;
const WITHIN_MS = 1_500;

/** Where the page goes: a neutral one of our own, so that no other site is told. */
export const AWAY = '/away';

/** Counts presses of Escape. Pure: `now` is in ms. */
export class EscapeCounter {
  private times: number[] = [];

  /** True at the third press within a second and a half. */
  handlePress(now: number): boolean {
    this.times = [...this.times.filter((time) => now - time <= WITHIN_MS), now];
    if (this.times.length < PRESSES) return false;
    this.times = [];
    return true;
  }
}

/** How long the emptied page waits for its last word to be taken. */
const LAST_WORD_MS = 150;

/** This browser is nobody's any more: what it holds for a visit is worth nothing. */
export function signOut(): void {
  navigator.sendBeacon('/api/v1/sign-out');
}

/**
 * Wipe what this page kept and put a neutral page in its place; Back does not return. `stop` ends
 * every device at once; what it returns settles when the gateway has heard of it.
 */
export async function leaveQuickly(stop: () => Promise<void>): Promise<void> {
  try {
    const told = Promise.all([stop(), wipeVault()]);
    document.body.replaceChildren();
    sessionStorage.clear();
    localStorage.clear();
    await Promise.race([told, new Promise((resolve) => setTimeout(resolve, LAST_WORD_MS))]);
  } finally {
    location.replace(AWAY);
  }
}
