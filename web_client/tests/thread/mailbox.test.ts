import { describe, expect, it, vi } from 'vitest';

import type { Holds } from '../../src/thread/held';
import type { Inbox } from '../../src/thread/inbox';
import { Mailbox } from '../../src/thread/mailbox';
import type { Uploads } from '../../src/thread/uploads';

import type { Thread } from '../../src/protocol/bodies';
import type { Mark } from '../../src/protocol/wire';
import { MemoryVault } from '../support/vault';

function fakeInbox(last: number) {
  const marks: Mark[] = [];
  const wrote: string[] = [];
  const shown: [string, boolean][] = [];
  const inbox = {
    you: 'zhang',
    state: 'open',
    threads: [
      { id: 't', client: 'rain', last },
      { id: 'another', client: 'snow', last: 0 },
    ],
    markOf: () => ({ delivered: 0, read: 0 }),
    show: (thread: string, on: boolean) => Promise.resolve(void shown.push([thread, on])),
    mark: (thread: string, mark: Mark) =>
      Promise.resolve(thread === 't' ? void marks.push(mark) : undefined),
    sending: () => ({
      write: (body: string, kind?: string) =>
        void wrote.push(kind === undefined ? body : `${kind} ${body}`),
    }),
  };
  return { inbox: inbox as unknown as Inbox, told: inbox, marks, wrote, shown };
}

async function mailbox(last = 3, vault = new MemoryVault(), holds: Holds = () => null) {
  const { inbox, told, marks, wrote, shown } = fakeInbox(last);
  const changed = vi.fn();
  const hurry = vi.fn();
  const uploads = { hurry } as unknown as Uploads;
  const names = vi.fn(() => Promise.resolve<Thread[] | null>([]));
  const made = new Mailbox({ inbox, vault, uploads, names, changed, holds });
  await made.load();
  return { made, inbox: told, marks, wrote, shown, vault, changed, hurry, names };
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
    expect([first.made.unread('t'), first.made.newsOfAll]).toEqual([3, 3]);
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

  it('says a card, and leaves the draft of words where it is', async () => {
    const { made, wrote } = await mailbox();
    made.setDraft('t', 'half a thought');
    made.writeCard('t', { kind: 'feeling', body: '{"feeling":"calm"}' });
    expect(wrote).toEqual(['feeling {"feeling":"calm"}']);
    expect(made.draft('t')).toBe('half a thought');
  });

  it('lets files go on at once when the line is back, and only then', async () => {
    const { made, inbox, hurry } = await mailbox();
    made.handleChanged();
    made.handleChanged();
    expect(hurry).toHaveBeenCalledTimes(1);
    inbox.state = 'away';
    made.handleChanged();
    inbox.state = 'open';
    made.handleChanged();
    expect(hurry).toHaveBeenCalledTimes(2);
  });

  it('shows nobody who did not say so, and tells each connection anew', async () => {
    const { made, inbox, shown, vault } = await mailbox();
    made.handleChanged();
    made.handleLooking('t');
    expect(shown).toEqual([]);
    made.setPresence('t', true);
    made.handleLooking('t');
    expect(shown).toEqual([['t', true]]);
    inbox.state = 'away';
    made.handleChanged();
    inbox.state = 'open';
    made.handleChanged();
    expect(shown).toEqual([
      ['t', true],
      ['t', true],
    ]);
    // Looked away from, or hidden.
    made.handleLooking('');
    made.handleLooking('another');
    expect(shown.slice(2)).toEqual([['t', false]]);
    made.handleLooking('t');
    made.setPresence('t', false);
    expect(shown.slice(3)).toEqual([
      ['t', true],
      ['t', false],
    ]);
    expect((await mailbox(3, vault)).made.presence('t')).toBe(false);
  });

  it('asks who is in its threads before one is opened, and again for a new one', async () => {
    const { made, inbox, names, changed } = await mailbox();
    expect(made.people).toBeNull();
    made.handleChanged();
    await Promise.resolve();
    expect(made.people).toEqual([]);
    expect(changed).toHaveBeenCalledOnce();
    made.handleChanged();
    expect(names).toHaveBeenCalledOnce();
    inbox.threads.push({ id: 'third', client: 'fog', last: 0 });
    made.handleChanged();
    expect(names).toHaveBeenCalledTimes(2);
  });

  it('asks again who they are where that could not be had', async () => {
    const { made, names } = await mailbox();
    names.mockResolvedValueOnce(null);
    made.handleChanged();
    made.handleChanged();
    await Promise.resolve();
    expect(made.people).toBeNull();
    expect(names).toHaveBeenCalledOnce();
    made.handleChanged();
    await Promise.resolve();
    expect(made.people).toEqual([]);
  });

  it('tells nothing of what is held, counts it, and lets go of all of it at once', async () => {
    let held: readonly string[] = ['rain', 'snow'];
    const { made, inbox, changed } = await mailbox(3, new MemoryVault(), (client) =>
      held.includes(client) ? 'quiet' : null,
    );
    inbox.threads.splice(1, 1, { id: 'another', client: 'snow', last: 2 });
    expect([made.newsOfAll, made.heldOfAll]).toEqual([0, 5]);
    held = ['snow'];
    made.handleHeld();
    expect([made.news('t'), made.news('another')]).toEqual([3, 0]);
    expect([made.newsOfAll, made.heldOfAll]).toEqual([3, 2]);
    held = [];
    made.handleHeld();
    expect([made.newsOfAll, made.heldOfAll]).toEqual([5, 0]);
    expect(changed).toHaveBeenCalledTimes(2);
  });

  it('marks what is held as what is not: delivered when it came, read when it was seen', async () => {
    const tell = async (holds: Holds) => {
      const { made, marks } = await mailbox(3, new MemoryVault(), holds);
      made.setReceipts('t', true);
      made.handleChanged();
      made.handleSeen('t', 2);
      return marks;
    };
    const held = await tell(() => 'quiet');
    expect(held).toEqual(await tell(() => null));
    expect(held.at(-1)).toEqual({ delivered: 3, read: 2 });
  });

  it('shows nobody in a thread that is held, and shows them again after', async () => {
    let why: 'quiet' | null = null;
    const { made, shown } = await mailbox(3, new MemoryVault(), () => why);
    made.handleChanged();
    made.setPresence('t', true);
    made.handleLooking('t');
    why = 'quiet';
    made.handleHeld();
    made.handleLooking('');
    made.handleLooking('t');
    expect(shown).toEqual([
      ['t', true],
      ['t', false],
    ]);
    why = null;
    made.handleHeld();
    expect(shown.at(-1)).toEqual(['t', true]);
    // The choice itself is as it was.
    expect(made.presence('t')).toBe(true);
  });
});
