/**
 * The news of a room: of the lines' rungs and of the counsellor's wishes, the weightiest first. Pure:
 * `now` is in ms.
 *
 * Rule 1: the loss of sound goes before everything; of pictures the line is silent while a moment is kept
 * steady.
 * Rule 2: what is said once goes before what only stays to be read, and what a person wished before
 * what the line does: that goes on to be seen.
 */

import { CueWords, type Moment, type News, SteadyWords } from './guidance-words';
import { RungWords } from './rung-words';
import type { Cue, Rung } from '../protocol/wire';

export interface Facts extends Moment {
  /** One's own rung and the other's; `null` is a side nobody is on. */
  readonly rungs: Readonly<Record<'own' | 'peer', Rung | null>>;
  /** The wish for one's own picture. */
  readonly cue: Cue;
  /** One's own camera is on. */
  readonly camera: boolean;
  readonly counsellor: string;
}

export interface RoomNews extends News {
  /** A poor line is a notice; a wish is not. */
  readonly tone: 'plain' | 'notice';
}

export class RoomWords {
  private readonly rungs = new RungWords();
  private readonly steady = new SteadyWords();
  private readonly cue = new CueWords();
  private facts: Facts | null = null;

  handle(facts: Facts, now: number): void {
    this.facts = facts;
    this.rungs.handle(facts.rungs, facts.pictures && !facts.steady, now);
    this.steady.handle(facts, now);
    this.cue.handle(facts.cue, facts.camera && !facts.steady, now);
  }

  /** The line to show now, if any. */
  at(now: number): RoomNews | null {
    const rung = toned(this.rungs.at(now), 'notice');
    const steady = toned(this.steady.at(now), 'plain');
    const cue = toned(this.cue.at(this.facts?.counsellor ?? '', now), 'plain');
    const loss = rung?.key.endsWith('.text') === true ? rung : null;
    return loss ?? fresh(steady) ?? cue ?? fresh(rung) ?? steady ?? rung;
  }
}

function toned(news: News | null, tone: RoomNews['tone']): RoomNews | null {
  return news === null ? null : { ...news, tone };
}

function fresh(news: RoomNews | null): RoomNews | null {
  return news?.said === false ? news : null;
}
