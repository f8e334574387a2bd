/** C14: gone at once. Media stops first, then the page is another one and leaves nothing behind. */

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

/** Wipe what this page kept and put a neutral page in its place; Back does not return. */
export function leaveQuickly(stop: () => void): void {
  try {
    stop();
    document.body.replaceChildren();
    sessionStorage.clear();
    localStorage.clear();
  } finally {
    location.replace(AWAY);
  }
}
