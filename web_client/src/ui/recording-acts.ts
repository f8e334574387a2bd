/** What a person's taps about a recording do: each is one message, and what follows is told by the room. */

import type { Key } from '../i18n/language';
import type { Call } from '../media/call';
import type { RecordingSeen } from '../protocol/bodies';
import type { RecordingCommand } from '../protocol/recording';
import { ask } from '../protocol/rest';

/** Null when the gateway took it; else what to say of it. */
export async function send({ session }: Call, command: RecordingCommand): Promise<Key | null> {
  const reply = await session.request(command).catch(() => null);
  if (reply === null) return 'rec.unsent';
  return reply.type === 'refused' ? 'rec.refused' : null;
}

/** Delete what was captured, now. Null where that could not be. */
export async function erase(recording: string): Promise<Partial<RecordingSeen> | null> {
  const path = `recordings/${recording}/take-back`;
  const answer = await ask<Partial<RecordingSeen> | null>('POST', path, { now: true });
  return answer.kind === 'done' ? (answer.said ?? {}) : null;
}
