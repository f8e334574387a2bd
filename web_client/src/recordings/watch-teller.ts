/** Tells the audit what was watched: at its own pace, and once more as the page goes. */

import { tellWatched, whyStopped } from './calls';
import type { Span } from './player-clock';
import { WatchedLog } from './watched-log';
import type { Answer } from '../protocol/rest';

export type Failure = Exclude<Answer<unknown>, { kind: 'done' }>;

export class WatchTeller {
  private readonly log = new WatchedLog();

  constructor(private readonly recording: () => string) {}

  note(played: readonly Span[]): void {
    this.log.handlePlayed(played);
  }

  /** Returns how many stretches there were, and why no more of it may be watched; null when it may. */
  async tell(): Promise<{ readonly count: number; readonly refusal: Failure | null }> {
    const stretches = this.log.take();
    for (const [place, stretch] of stretches.entries()) {
      const answer = await tellWatched(this.recording(), stretch);
      if (answer.kind === 'done') continue;
      if (whyStopped(answer, null) !== 'recs.stopped.unreachable')
        return { count: stretches.length, refusal: answer };
      this.log.putBack(stretches.slice(place));
      break;
    }
    return { count: stretches.length, refusal: null };
  }

  /** The page goes: what is still untold goes without waiting for an answer. */
  tellLast(): void {
    for (const stretch of this.log.take()) {
      const body = new Blob([JSON.stringify(stretch)], { type: 'application/json' });
      navigator.sendBeacon(`/api/v1/recordings/${this.recording()}/watched`, body);
    }
  }
}
