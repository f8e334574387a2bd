/**
 * What is news of a recording to this page: what is said aloud, and which ending is told. Pure but for the
 * language; `now` is Unix ms.
 *
 * Rule 1: that it starts or stops is said at once; the rest waits its turn.
 * Rule 2: an ending that this page did not see coming is not told again: it was, on the page before. What becomes
 * of a recording is asked until it is answered.
 */

import { endKey, type EndNote, endNote } from './ending';
import { isRunning } from './view';
import { t } from '../i18n/language';
import type { Recording } from '../protocol/wire';

export interface Said {
  readonly words: string;
  readonly urgent: boolean;
}

const NOTHING: Said = { words: '', urgent: false };

export class RecordingNews {
  private last: Recording | null = null;
  private asked = false;
  private put = '';
  /** The ending to tell; its words are made anew, for the language may change. */
  private ending: Recording | null = null;
  said: Said = NOTHING;

  /** Returns whether it is about to begin: then a soft tone is due. */
  handle(next: Recording, words: string): boolean {
    const before = this.last;
    this.last = next;
    if (next.stage !== 'off') {
      this.ending = null;
      this.asked = next.you_asked;
    } else if (this.isNews(before, next)) this.ending = next;
    if (turned(before, next) || next.stage === 'hold' || before?.is_late !== next.is_late)
      this.said = this.saying(before, next, words);
    return turned(before, next) && next.stage === 'arming';
  }

  /** The ending to show now, if any. */
  note(now: number): EndNote | null {
    const ended = this.ending?.ended ?? null;
    return ended === null ? null : endNote(ended, this.asked, now);
  }

  /** Another ending, another note. */
  get noteKey(): string {
    return this.ending === null ? '' : endKey(this.ending);
  }

  /** It was read, or answered. */
  dismiss(): void {
    if (this.ending !== null) this.put = endKey(this.ending);
    this.ending = null;
  }

  private isNews(before: Recording | null, next: Recording): boolean {
    if (next.ended === null || endKey(next) === this.put) return false;
    const asks = next.ended.turn === 'withdraw' && next.ended.by_you;
    return (before !== null && before.stage !== 'off') || (before === null && asks);
  }

  /** `words` are those of the line: said of a hold, and where some of it is missed. */
  private saying(before: Recording | null, next: Recording, words: string): Said {
    if (next.stage === 'arming') return { words: t('rec.said.arming'), urgent: false };
    if (next.stage === 'hold') return { words, urgent: before?.stage === 'recording' };
    if (next.stage === 'off') return this.sayEnding(before);
    if (next.stage !== 'recording') return NOTHING;
    if (!turned(before, next))
      return { words: next.is_late ? words : t('rec.said.whole'), urgent: false };
    return { words: t(isRunning(before) ? 'rec.said.again' : 'rec.said.on'), urgent: true };
  }

  private sayEnding(before: Recording | null): Said {
    const note = this.note(Date.now());
    const urgent = isRunning(before) || before?.stage === 'finalising';
    return note === null ? NOTHING : { words: note.words, urgent };
  }
}

function turned(before: Recording | null, next: Recording): boolean {
  return before?.stage !== next.stage;
}
