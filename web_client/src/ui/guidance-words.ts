/**
 * What is said of the counsellor's wishes: a moment that is kept steady, and what one's own picture
 * should show best. Pure: `now` is in ms.
 *
 * Rule 1: each is said once. That a moment is kept steady stays to be read for as long as it is.
 * Rule 2: of one's own picture nothing is said while none of it moves: it is said when one does.
 * Rule 3: texts are kept quiet for a moment that is kept steady, and counted when it is over.
 */

import type { Key } from '../i18n/language';
import type { Cue, Role } from '../protocol/wire';

export interface News {
  readonly key: Key;
  /** It has been said: only to be read now. */
  readonly said: boolean;
  readonly blanks?: Readonly<Record<string, string | number>>;
}

/** How long news stays to be read, and may be spoken. */
export const NEWS_MS = 10_000;

export interface Moment {
  readonly steady: boolean;
  /** Texts are kept quiet now. */
  readonly quiet: boolean;
  /** How many texts the others have written until now. */
  readonly texts: number;
  /** Somebody's camera is on. */
  readonly pictures: boolean;
  readonly person: Role;
}

export class SteadyWords {
  private moment: Moment | null = null;
  private changedAt = -Infinity;
  private came = 0;

  handle(moment: Moment, now: number): void {
    const before = this.moment;
    this.moment = moment;
    const begins = moment.steady && before?.steady !== true;
    if (begins) this.came = 0;
    else if (before?.quiet === true) this.came += Math.max(0, moment.texts - before.texts);
    if (begins || (before?.steady === true && !moment.steady)) this.changedAt = now;
  }

  at(now: number): News | null {
    if (this.moment === null) return null;
    const said = now - this.changedAt >= NEWS_MS;
    const { steady, pictures, person } = this.moment;
    if (steady) {
      const side = person === 'counsellor' ? 'counsellor' : 'client';
      return { key: pictures ? `steady.${side}` : `steady.${side}.voice`, said };
    }
    if (said) return null;
    if (this.came === 0) return { key: 'steady.over', said };
    return { key: 'steady.over.texts', said, blanks: { count: this.came } };
  }
}

export class CueWords {
  private cue: Cue = 'balanced';
  private changedAt = -Infinity;

  /** Take the wish for one's own picture, of which something moves or not. */
  handle(cue: Cue, moves: boolean, now: number): void {
    if (!moves || cue === this.cue) return;
    this.cue = cue;
    this.changedAt = now;
  }

  /** `name` is the counsellor's. */
  at(name: string, now: number): News | null {
    if (now - this.changedAt >= NEWS_MS) return null;
    return { key: `cue.told.${this.cue}`, said: false, blanks: { name } };
  }
}
