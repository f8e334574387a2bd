/** A mailbox of this browser: its line, what it keeps, and how it asks for what was before. */

import type { Holds } from './held';
import { Inbox, type InboxLine } from './inbox';
import { keptHands } from './kept-hands';
import { Mailbox } from './mailbox';
import { Uploads } from './uploads';
import { openVault } from './vault';
import { SocketLine } from '../protocol/line';
import { ask } from '../protocol/rest';
import type { Thread } from '../protocol/bodies';
import type { Changes, InboxAuth, InboxCommand, InboxEvent, InboxReply } from '../protocol/wire';
import { PAGE_TIMERS } from '../ui/page-timers';

const NAME_BYTES = 16;

/** `unkept` is told when the browser will keep nothing. */
export async function openMailbox(
  changed: () => void,
  unkept: () => void,
  holds: Holds,
): Promise<Mailbox> {
  const vault = await openVault();
  const line: InboxLine = new SocketLine<InboxAuth, InboxCommand, InboxReply, InboxEvent>();
  const inbox = new Inbox({
    line,
    hands: await keptHands(vault, unkept),
    timers: PAGE_TIMERS,
    random: Math.random,
    name: randomName,
    before,
    changed: () => {
      made.handleChanged();
      changed();
    },
  });
  const uploads = new Uploads({
    vault,
    owner: () => inbox.you,
    ask,
    timers: PAGE_TIMERS,
    name: () => crypto.randomUUID(),
    changed,
    lost: unkept,
  });
  const made = new Mailbox({ inbox, vault, uploads, names, changed, holds });
  await Promise.all([made.load(), uploads.load()]);
  return made;
}

/** Nobody else's, and says nothing. */
function randomName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(NAME_BYTES));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function before(thread: string, number: number): Promise<Changes> {
  const answer = await ask<Changes>('GET', `threads/${thread}/messages?before=${number}`);
  if (answer.kind === 'done') return answer.said;
  throw new Error('what was before cannot be had now');
}

/** Asked for by the page, not by anybody's hand. */
async function names(): Promise<readonly Thread[] | null> {
  const how = { unattended: true };
  const answer = await ask<{ items: Thread[] }>('GET', 'threads', undefined, how);
  return answer.kind === 'done' ? answer.said.items : null;
}
