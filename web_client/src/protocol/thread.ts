/** The room's text as this page holds it: ordered by `seq`, each once, and aware of its gaps. */

import type { Text } from './wire';

/** How far a thread has been read without a gap, and what waits behind one. */
export class Thread {
  private readonly known = new Map<number, Text>();
  private early: Text[] = [];
  private last = 0;
  /** Of texts before this one: what was said stays said. Their `seq` is below 1, in order. */
  private past: readonly Text[] = [];

  /** The highest `seq` below which nothing is missing: what a reconnect names as `after`. */
  get after(): number {
    return this.last;
  }

  /** Every text held, in order. Texts behind a gap are not shown before the gap is filled. */
  get texts(): readonly Text[] {
    const now = [...this.known.values()].sort((a, b) => a.seq - b.seq);
    return this.past.length === 0 ? now : [...this.past, ...now];
  }

  /** The room begins another text: keep this one, its own lines as those of `you`. */
  begin(before: string, you: string): void {
    const all = this.texts;
    this.past = all.map((text, place) => ({
      ...text,
      seq: place + 1 - all.length,
      sender: text.sender === before ? you : text.sender,
    }));
    this.known.clear();
    this.early = [];
    this.last = 0;
  }

  /**
   * Take one live text. Returns the `after` to ask a replay for when something before it is
   * missing, else null.
   */
  receive(text: Text): number | null {
    if (text.seq <= this.last) return null;
    if (text.seq > this.last + 1) {
      if (!this.early.some((other) => other.seq === text.seq)) this.early.push(text);
      return this.last;
    }
    this.take(text);
    this.takeEarly();
    return null;
  }

  /** Take a list the gateway vouches for (a welcome or a replay): what it leaves out is gone. */
  fill(texts: readonly Text[]): void {
    for (const text of [...texts].sort((a, b) => a.seq - b.seq)) {
      if (text.seq > this.last) this.take(text);
    }
    this.takeEarly();
  }

  private take(text: Text): void {
    this.known.set(text.seq, text);
    this.last = text.seq;
  }

  private takeEarly(): void {
    this.early.sort((a, b) => a.seq - b.seq);
    while (this.early[0] !== undefined && this.early[0].seq <= this.last + 1) {
      const text = this.early.shift();
      if (text?.seq === this.last + 1) this.take(text);
    }
  }
}
