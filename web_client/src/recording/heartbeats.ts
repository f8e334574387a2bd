/**
 * When the page says what it displays of a recording: at each change, and every two seconds. Pure: `now` is in ms.
 *
 * Rule 1: what nobody can see is not said. Who looks decides that (indicator-watch.ts); here it is `null`.
 * Rule 2: only where something begins, goes on or is held: of the rest nothing depends on it.
 */

import { isIndicated } from './view';
import type { ConsentStage, ShowRecording } from '../protocol/wire';

export const BEAT_MS = 2_000;

/** What stands on the page. */
export interface Displayed {
  readonly stage: ConsentStage;
  readonly request: string;
}

export class Heartbeats {
  private displayed: Displayed | null = null;
  private said = '';
  private saidAt = -Infinity;

  /** `displayed` is what can be seen now, or null. Returns what is to be said of it, if anything. */
  handle(displayed: Displayed | null, now: number): ShowRecording | null {
    this.displayed = displayed !== null && isIndicated(displayed.stage) ? displayed : null;
    if (this.displayed === null) {
      this.forget();
      return null;
    }
    const { stage, request } = this.displayed;
    const key = `${stage} ${request}`;
    if (key === this.said && now < this.saidAt + BEAT_MS) return null;
    this.said = key;
    this.saidAt = now;
    return { type: 'show_recording', stage, request };
  }

  /** What was said last did not get there: it is said again at once. */
  forget(): void {
    this.said = '';
    this.saidAt = -Infinity;
  }

  /** When to call {@link handle} next; null while nothing is to be said. */
  nextDeadline(): number | null {
    return this.displayed === null ? null : this.saidAt + BEAT_MS;
  }
}
