import { describe, expect, it, vi } from 'vitest';

import type { Inbox } from '../../src/thread/inbox';
import { Mailbox } from '../../src/thread/mailbox';
import type { Vault } from '../../src/thread/vault';

import type { Mark } from '../../src/protocol/wire';

class MemoryVault implements Vault {
  readonly keeps = true;
  readonly kept = new Map<string, string>();

  all(prefix: string): Promise<ReadonlyMap<string, string>> {
    return Promise.resolve(new Map([...this.kept].filter(([name]) => name.startsWith(prefix))));
  }

  save(name: string, text: string | null): Promise<boolean> {
    if (text === null) this.kept.delete(name);
    else this.kept.set(name, text);
    return Promise.resolve(true);
  }
}

function fakeInbox(last: number) {
  const marks: Mark[] = [];
  const wrote: string[] = [];
  const inbox = {
    you: 'zhang',
    state: 'open',
    threads: [{ id: 't', last }],
    markOf: () => ({ delivered: 0, read: 0 }),
    mark: (_thread: string, mark: Mark) => Promise.resolve(void marks.push(mark)),
    sending: () => ({ write: (body: string) => void wrote.push(body) }),
  };
  return { inbox: inbox as unknown as Inbox, marks, wrote };
}

async function mailbox(last = 3, vault = new MemoryVault()) {
  const { inbox, marks, wrote } = fakeInbox(last);
  const changed = vi.fn();
  const made = new Mailbox({ inbox, vault, changed });
  await made.load();
  return { made, marks, wrote, vault, changed };
}

describe('a mailbox', () => {
  it('keeps a draft for the next page, and forgets it when it is sent', async () => {
    const first = await mailbox();
    first.made.setDraft('t', 'half a thought');
    const second = await mailbox(3, first.vault);
    expect(second.made.draft('t')).toBe('half a thought');
    second.made.write('t', 'a whole one');
    expect(second.wrote).toEqual(['a whole one']);
    expect(second.made.draft('t')).toBe('');
    expect(second.vault.kept.size).toBe(0);
  });

  it('counts what nobody has looked at, also after a reload', async () => {
    const first = await mailbox(3);
    expect([first.made.unread('t'), first.made.unreadOfAll]).toEqual([3, 3]);
    first.made.handleSeen('t', 2);
    first.made.handleSeen('t', 1);
    const second = await mailbox(4, first.vault);
    expect(second.made.unread('t')).toBe(2);
  });

  it('tells that messages came, and not that they were read until that is switched on', async () => {
    const { made, marks, vault } = await mailbox(3);
    made.handleChanged();
    made.handleSeen('t', 3);
    expect(marks.every(({ delivered, read }) => delivered === 3 && read === 0)).toBe(true);
    expect(made.receipts('t')).toBe(false);
    made.setReceipts('t', true);
    expect(marks.at(-1)).toEqual({ delivered: 3, read: 3 });
    expect((await mailbox(3, vault)).made.receipts('t')).toBe(true);
    // Of this one thread: who else writes to them is told nothing.
    expect((await mailbox(3, vault)).made.receipts('another')).toBe(false);
    made.setReceipts('t', false);
    expect((await mailbox(3, vault)).made.receipts('t')).toBe(false);
  });
});
