/** A mailbox of this browser: its line, what it keeps, and how it asks for what was before. */

import { Inbox, type InboxLine } from './inbox';
import { keptHands } from './kept-hands';
import { Mailbox } from './mailbox';
import { openVault } from './vault';
import { SocketLine } from '../protocol/line';
import { ask } from '../protocol/rest';
import type { Changes, InboxAuth, InboxCommand, InboxEvent, InboxReply } from '../protocol/wire';

const NAME_BYTES = 16;

/** `unkept` is told when the browser will keep nothing. */
export async function openMailbox(changed: () => void, unkept: () => void): Promise<Mailbox> {
  const vault = await openVault();
  const line: InboxLine = new SocketLine<InboxAuth, InboxCommand, InboxReply, InboxEvent>();
  const inbox = new Inbox({
    line,
    hands: await keptHands(vault, unkept),
    timers: {
      now: () => Date.now(),
      set: (callback, ms) => window.setTimeout(callback, ms),
      clear: (id) => window.clearTimeout(id),
    },
    random: Math.random,
    name: randomName,
    before,
    changed: () => {
      made.handleChanged();
      changed();
    },
  });
  const made = new Mailbox({ inbox, vault, changed });
  await made.load();
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
