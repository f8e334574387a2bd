/** What a session says to those who hear the page. */

import { announce } from './announcer';
import type { Status } from './status';
import { t } from '../i18n/language';
import type { Call } from '../media/call';
import { troubleKey } from '../media/device-errors';

/** Say what has become true; the announcer keeps it from becoming a stream of words. */
export function sayAloud(call: Call, status: Status | null, name: string): void {
  const { notice } = call.own;
  announce('status', status === null ? '' : t(status.key, { name }), status?.urgent);
  announce('notice', notice === null ? '' : t(`notice.${notice}`));
  sayHint(call);
}

/** A room that is gone has nothing more to say. */
export function fallSilent(): void {
  for (const channel of ['status', 'notice', 'hint'] as const) announce(channel, '');
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
