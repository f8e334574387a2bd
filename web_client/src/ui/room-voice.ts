/** What a session says to those who hear the page. */

import { announce } from './announcer';
import type { Question } from './question-sheet';
import type { Status } from './status';
import { t } from '../i18n/language';
import type { Call } from '../media/call';
import { troubleKey } from '../media/device-errors';

/** Say what has become true; the announcer keeps it from becoming a stream of words. */
export function sayAloud(call: Call, status: Status | null, words: string, notice: string): void {
  announce('status', status?.said === true ? '' : words, status?.urgent);
  announce('notice', notice);
  sayHint(call);
}

/** A question to this person; null when there is none. */
export function askAloud(question: Question | null, name: string): void {
  announce('question', question === null ? '' : t(`question.${question}`, { name }), true);
}

/** A room that is gone has nothing more to say. */
export function fallSilent(): void {
  for (const channel of ['status', 'notice', 'hint', 'question'] as const) announce(channel, '');
}

function sayHint(call: Call): void {
  const { trouble } = call.own;
  const hint = call.hints.first;
  if (hint !== null && (trouble === null || hint === 'interrupted')) {
    const words = t(`hint.${hint}`, { level: call.watch.batteryPercent });
    announce('hint', words, hint === 'muted_talking');
  } else {
    announce('hint', trouble === null ? '' : t(troubleKey(trouble.trouble, trouble.kind)));
  }
}
