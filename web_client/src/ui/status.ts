/** The one line under the picture: which sentence of product.md C5 is true now. Pure. */

import type { RoomNews } from './room-words';
import type { Key } from '../i18n/language';
import type { SessionState } from '../protocol/session';
import type { LinkView, Presence } from '../protocol/wire';

export interface Moment {
  readonly session: SessionState;
  /** How long the signaling line has been gone; null while it stands. */
  readonly lineGoneMs: number | null;
  /** The gateway said that it stops: it is back in a moment, or another in its place. */
  readonly restarting: boolean;
  readonly linkUp: boolean;
  /** The media path stood at least once. */
  readonly linkWasUp: boolean;
  readonly linkGoneMs: number | null;
  readonly other: {
    readonly presence: Presence;
    readonly link: LinkView;
    readonly microphone: boolean;
    readonly camera: boolean;
  } | null;
  /** Away for so long that only their place is kept. */
  readonly otherOffline: boolean;
  readonly otherLeft: boolean;
  /** By the way out for those who must be gone at once. */
  readonly leftQuickly: boolean;
  /** The other's picture is stuck, while their sound comes in or not. */
  readonly stuck: 'no' | 'sound' | 'silent';
  /** What is to be said of the lines' rungs and of the counsellor's wishes. */
  readonly news: RoomNews | null;
  /** The page came back by itself after a reload: its microphone waits for its owner's tap. */
  readonly cameBackMuted: boolean;
}

export interface Status {
  readonly key: Key;
  readonly tone: 'plain' | 'notice' | 'unseen';
  /** It was spoken when it began: only to be read now. */
  readonly said?: boolean;
  /** Said at once rather than at the next pause (product.md 4.0). */
  readonly urgent: boolean;
  /** What the sentence's blanks are filled with, beside `name`. */
  readonly blanks?: Readonly<Record<string, string | number>>;
}

const PATIENCE_MS = 5_000;
const LONG_MS = 30_000;

export function statusOf(moment: Moment): Status | null {
  if (moment.session === 'closed') return null;
  return ownLine(moment) ?? peerLine(moment);
}

function ownLine(moment: Moment): Status | null {
  const restarts = moment.restarting && moment.lineGoneMs !== null;
  if (restarts && moment.lineGoneMs < LONG_MS) return notice('status.server', true);
  if (moment.linkUp) return null;
  if (moment.lineGoneMs !== null) return lost(moment.lineGoneMs, moment.other === null);
  if (!moment.linkWasUp) return plain('status.connecting');
  const gone = moment.linkGoneMs ?? 0;
  return gone < PATIENCE_MS || moment.other === null ? null : notice('status.text.lifeline', true);
}

function lost(goneMs: number, alone: boolean): Status | null {
  if (goneMs < PATIENCE_MS) return null;
  if (goneMs >= LONG_MS) return notice('status.reconnecting.long', true);
  return notice(alone ? 'status.reconnecting.alone' : 'status.reconnecting', true);
}

function peerLine(moment: Moment): Status | null {
  const { other, stuck, cameBackMuted, news } = moment;
  if (other === null) return emptyChair(moment);
  if (other.presence === 'away' || other.link === 'disconnected') return notice('status.peer.lost');
  // A picture that the ladder took, or a moment kept steady, is not stuck.
  if (news !== null) return { ...news, urgent: false };
  if (stuck !== 'no') return notice(`status.peer.${stuck === 'sound' ? 'frozen' : 'stuck'}`);
  if (cameBackMuted) return plain('status.mic.off');
  return other.presence === 'present' ? withoutPicture(other) : null;
}

function withoutPicture({ camera, microphone }: NonNullable<Moment['other']>): Status | null {
  if (camera) return null;
  return plain(microphone ? 'status.peer.camera.off' : 'status.peer.quiet');
}

/** The room itself shows the empty chair; the line only says it to who cannot see it. */
function emptyChair({ otherLeft, otherOffline, leftQuickly }: Moment): Status | null {
  if (!otherLeft && !otherOffline) return null;
  const left = leftQuickly ? 'status.peer.left.quickly' : 'status.peer.left';
  return { key: otherLeft ? left : 'status.peer.offline', tone: 'unseen', urgent: false };
}

function plain(key: Key): Status {
  return { key, tone: 'plain', urgent: false };
}

function notice(key: Key, urgent = false): Status {
  return { key, tone: 'notice', urgent };
}
