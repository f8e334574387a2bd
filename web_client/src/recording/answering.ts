/**
 * One person's answer while they make it. Pure: `now` is in ms.
 *
 * Rule 1: nothing is agreed to before its own tap; what is not answered is a no.
 * Rule 2: a tap sooner than 0.6 s after the words came up was meant for what stood there before.
 */

import type { Medium, Purpose } from '../protocol/wire';

export const READ_MS = 600;

/** What of a person may be captured, as one choice: less first. */
export function mediaChoices(media: readonly Medium[]): readonly (readonly Medium[])[] {
  const seen = media.filter((medium) => medium !== 'text');
  return seen.length < 2 ? [seen] : [['audio'], ['audio', 'video']];
}

export class Answering {
  private words = '';
  private shownAt = Infinity;
  private readonly purposes = new Map<Purpose, boolean>();
  private media: readonly Medium[] = [];
  private text = false;

  /** These words stand there now. Other words are to be read anew; another request is answered anew. */
  show(words: string, now: number): void {
    if (words === this.words) return;
    this.words = words;
    this.shownAt = now;
  }

  /** Another request: nothing is answered yet, and of the media it is the least. */
  begin(media: readonly Medium[]): void {
    this.purposes.clear();
    this.media = mediaChoices(media)[0] ?? [];
    // Where nothing else is asked for, there is nothing to choose.
    this.text = this.media.length === 0 && media.includes('text');
  }

  isRead(now: number): boolean {
    return now >= this.shownAt + READ_MS;
  }

  choose(purpose: Purpose, yes: boolean): void {
    this.purposes.set(purpose, yes);
  }

  chooseMedia(media: readonly Medium[]): void {
    this.media = media;
  }

  chooseText(on: boolean): void {
    this.text = on;
  }

  /** Null before it was answered. */
  saysOf(purpose: Purpose): boolean | null {
    return this.purposes.get(purpose) ?? null;
  }

  get takesText(): boolean {
    return this.text;
  }

  /** What is agreed to so far, in the order in which it is asked. */
  agreed(asked: readonly Purpose[]): Purpose[] {
    return asked.filter((purpose) => this.purposes.get(purpose) === true);
  }

  get agreedMedia(): Medium[] {
    return [...this.media, ...(this.text ? (['text'] as const) : [])];
  }
}
