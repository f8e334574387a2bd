/**
 * At the door nothing of this page goes out: its welcome is kept, and taken up when its person has been
 * let in. Pure.
 */

import type { Event, Welcome } from '../protocol/wire';

export class Doorstep {
  private kept: Welcome | null = null;

  /** Take an event; returns the welcome to act on now, if there is one. `waits`: after this event. */
  handle(event: Event, waits: boolean): Welcome | null {
    if (event.type === 'welcome') this.kept = event;
    if (waits || this.kept === null) return null;
    const welcome = this.kept;
    this.kept = null;
    return welcome;
  }
}
