/**
 * Somebody's threads as their page needs them: with names, drafts, and how far they have looked.
 *
 * Rule 1: what somebody has looked at is their own affair: it is kept in this browser, and the other one is
 * told of it only where they switched that on. That a message came is told.
 * Rule 2: a draft is kept as it is typed, and forgotten when it is sent.
 */

import type { Inbox } from './inbox';
import type { Vault } from './vault';

export interface MailboxOptions {
  readonly inbox: Inbox;
  readonly vault: Vault;
  readonly changed: () => void;
}

const DRAFT = 'draft ';
const SEEN = 'seen ';
const RECEIPTS = 'receipts ';
const ON = 'on';

export class Mailbox {
  readonly inbox: Inbox;
  private readonly drafts = new Map<string, string>();
  private readonly seen = new Map<string, number>();
  private readonly receiptsOf = new Set<string>();

  constructor(private readonly options: MailboxOptions) {
    this.inbox = options.inbox;
  }

  /** What earlier pages have left. */
  async load(): Promise<void> {
    const { vault } = this.options;
    for (const [name, text] of await vault.all(DRAFT)) this.drafts.set(name, text);
    for (const [name, text] of await vault.all(SEEN)) this.seen.set(name, Number(text) || 0);
    for (const name of (await vault.all(RECEIPTS)).keys()) this.receiptsOf.add(name);
  }

  /** The inbox has changed: tell the others what came. */
  handleChanged(): void {
    const { inbox } = this;
    if (inbox.state !== 'open') return;
    for (const { id, last } of inbox.threads) {
      const own = inbox.markOf(id, inbox.you);
      const read = this.receipts(id) ? this.seenOf(id) : (own?.read ?? 0);
      void inbox.mark(id, { delivered: last, read });
    }
  }

  draft(thread: string): string {
    return this.drafts.get(this.name(DRAFT, thread)) ?? '';
  }

  setDraft(thread: string, text: string): void {
    const name = this.name(DRAFT, thread);
    this.drafts.set(name, text);
    void this.options.vault.save(name, text === '' ? null : text);
    this.options.changed();
  }

  write(thread: string, body: string): void {
    this.inbox.sending(thread)?.write(body);
    this.setDraft(thread, '');
  }

  /** Somebody has looked at a thread up to here. */
  handleSeen(thread: string, number: number): void {
    if (number <= this.seenOf(thread)) return;
    const name = this.name(SEEN, thread);
    this.seen.set(name, number);
    void this.options.vault.save(name, String(number));
    this.handleChanged();
    this.options.changed();
  }

  /** How many messages of a thread nobody has looked at here. */
  unread(thread: string): number {
    const state = this.inbox.threads.find(({ id }) => id === thread);
    return Math.max(0, (state?.last ?? 0) - this.seenOf(thread));
  }

  get unreadOfAll(): number {
    return this.inbox.threads.reduce((sum, { id }) => sum + this.unread(id), 0);
  }

  /** The other one of a thread is told what was read. Off until somebody switches it on, for this one alone. */
  receipts(thread: string): boolean {
    return this.receiptsOf.has(this.name(RECEIPTS, thread));
  }

  setReceipts(thread: string, on: boolean): void {
    const name = this.name(RECEIPTS, thread);
    if (on) this.receiptsOf.add(name);
    else this.receiptsOf.delete(name);
    void this.options.vault.save(name, on ? ON : null);
    this.handleChanged();
    this.options.changed();
  }

  private seenOf(thread: string): number {
    return this.seen.get(this.name(SEEN, thread)) ?? 0;
  }

  /** A browser may have several people, one after the other. */
  private name(kind: string, thread: string): string {
    return `${kind}${this.inbox.you} ${thread}`;
  }
}
