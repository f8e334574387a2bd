/** What the room's line under the picture is made of. */

import type { RoomWords } from './room-words';
import { type Status, statusOf } from './status';
import type { Call } from '../media/call';
import type { Picture } from '../media/freeze-watch';
import type { ParticipantView } from '../protocol/wire';

interface Seen {
  /** Who is shown large, while they are here. */
  readonly other: ParticipantView | null;
  readonly otherOffline: boolean;
  readonly otherLeft: boolean;
  readonly leftQuickly: boolean;
  readonly picture: Picture;
  readonly words: RoomWords;
  /** The page resumed by itself. */
  readonly resumed: boolean;
}

export function roomStatus(call: Call, seen: Seen): Status | null {
  const { session, link } = call;
  const { other, otherOffline, otherLeft, leftQuickly } = seen;
  const now = performance.now();
  return statusOf({
    session: session.state,
    lineGoneMs: session.droppedAt === null ? null : Date.now() - session.droppedAt,
    linkUp: link.state === 'connected',
    linkWasUp: call.wasConnected,
    linkGoneMs: call.linkLostAt === null ? null : now - call.linkLostAt,
    restarting: session.restarting,
    other,
    otherOffline,
    otherLeft,
    leftQuickly,
    stuck: seen.picture === 'moving' ? 'no' : link.hears ? 'sound' : 'silent',
    news: seen.words.at(now),
    cameBackMuted: seen.resumed && !call.own.isOn('audio'),
  });
}
