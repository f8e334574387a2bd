/** Which files of a recording cannot be played on, and whether another try is worth it. Pure: `now` is in ms. */

const MOST_TRIES = 2;
/** What failed longer ago says nothing of this time: a line that breaks is no file that is spoilt. */
const FORGET_MS = 30_000;

export class Failures {
  private readonly failed = new Map<number, readonly number[]>();
  /** Files that are left out; the others go on without them. */
  lost: ReadonlySet<number> = new Set();

  /** A file's fetching broke off, though it is there: whether to try it again. */
  again(number: number, now: number): boolean {
    const recent = (this.failed.get(number) ?? []).filter((at) => now - at < FORGET_MS);
    this.failed.set(number, [...recent, now]);
    return recent.length < MOST_TRIES;
  }

  /** It is left out from now on. Returns whether any of these is left. */
  leaveOut(number: number, files: readonly { readonly number: number }[]): boolean {
    this.lost = new Set([...this.lost, number]);
    return files.some((file) => !this.lost.has(file.number));
  }
}
