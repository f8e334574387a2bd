/** Where a face would be, when nobody is there: who is waited for, or who has gone. */

import { html } from 'lit';

import { sentenceCase } from './sentence-case';
import './tile';
import { t } from '../i18n/language';
import type { Call } from '../media/call';
import { atDoor } from '../protocol/room';

export interface Absence {
  /** Whose place it is. */
  readonly name: string;
  /** They were there, and left. */
  readonly left: boolean;
  /** They had to be gone at once. */
  readonly quickly: boolean;
  /** Their line has been lost for long; their place is kept. */
  readonly offline: boolean;
}

export function emptyTile(call: Call, { name, left, quickly, offline }: Absence) {
  const gone = quickly ? 'status.peer.left.quickly' : 'status.peer.left';
  const absent = offline ? 'status.peer.offline' : 'room.waiting';
  const comes = atDoor(call.session.room).length > 0;
  const headline = comes ? 'door.somebody' : left ? gone : absent;
  const waiting = offline ? 'room.offline.sub' : 'room.waiting.sub';
  // Who had to be gone at once may not be safe to call back: the room says nothing of it.
  const detail = comes || quickly ? '' : t(left ? 'room.left.sub' : waiting);
  return html`
    <qr-tile
      .name=${name}
      .headline=${t(headline, { name: sentenceCase(name) })}
      .detail=${detail}
      .beside=${call.own.track('video') !== null}
    ></qr-tile>
  `;
}
