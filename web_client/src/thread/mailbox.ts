/**
 * Somebody's threads as their page needs them: with names, drafts, and how far they have looked.
 *
 * Rule 1: what somebody has looked at is their own affair: it is kept in this browser, and the other one is
 * told of it only where they switched that on. That a message came is told.
 * Rule 2: a draft is kept as it is typed, and forgotten when it is sent.
 * Rule 3: of a thread that is held nothing is news, and nobody is shown in it. All else goes on in it.
 */

import { type Holds, NOTHING_HELD } from './held';
import type { Inbox } from './inbox';
import type { Uploads } from './uploads';
import type { Vault } from './vault';
import type { Thread } from '../protocol/bodies';
import type { Saying } from '../protocol/wire';

/** Something said without writing it out; `body` is JSON. */
export interface SaidCard {
  readonly kind: Saying;
  readonly body: string;
}

export interface MailboxOptions {
  readonly inbox: Inbox;
  readonly vault: Vault;
  readonly uploads: Uploads;
  /** The threads with the names of who is in them; null where they cannot be had now. */
  readonly names: () => Promise<readonly Thread[] | null>;
  readonly changed: () => void;
  /** What is held back; nothing where it is not said. */
  readonly holds?: Holds;
}

const DRAFT = 'draft ';
const SEEN = 'seen ';
const RECEIPTS = 'receipts ';
const PRESENCE = 'presence ';
const ON = 'on';

export class Mailbox {
  readonly inbox: Inbox;
  readonly uploads: Uploads;
  private readonly drafts = new Map<string, string>();
  private readonly seen = new Map<string, number>();
  private readonly receiptsOf = new Set<string>();
  private readonly presenceIn = new Set<string>();
  private open = false;
  private named: readonly Thread[] | null = null;
  /** Those whose names were asked for. */
  private readonly asked = new Set<string>();
  private learning = false;
  /** The thread somebody looks at, and the one they are shown in on this connection; empty for none. */
  private looking = '';
  private shownIn = '';

  constructor(private readonly options: MailboxOptions) {
    this.inbox = options.inbox;
    this.uploads = options.uploads;
  }

  /** What earlier pages have left. */
  async load(): Promise<void> {
    const { vault } = this.options;
    for (const [name, text] of await vault.all(DRAFT)) this.drafts.set(name, text);
    for (const [name, text] of await vault.all(SEEN)) this.seen.set(name, Number(text) || 0);
    for (const name of (await vault.all(RECEIPTS)).keys()) this.receiptsOf.add(name);
    for (const name of (await vault.all(PRESENCE)).keys()) this.presenceIn.add(name);
  }

  /** The inbox has changed: tell the others what came. */
  handleChanged(): void {
    const { inbox } = this;
    const wasOpen = this.open;
    this.open = inbox.state === 'open';
    if (!this.open) {
      this.shownIn = '';
      return;
    }
    this.tellPresence();
    void this.learn();
    if (!wasOpen) this.uploads.hurry();
    for (const { id, last } of inbox.threads) {
      const own = inbox.markOf(id, inbox.you);
      const read = this.receipts(id) ? this.seenOf(id) : (own?.read ?? 0);
      void inbox.mark(id, { delivered: last, read });
    }
  }

  /** The threads with their names; null until they are known. */
  get people(): readonly Thread[] | null {
    return this.named;
  }

  /** Ask who is in these threads, before anybody opens one; again when there is a new one. */
  private async learn(): Promise<void> {
    const ids = this.inbox.threads.map(({ id }) => id);
    if (this.named !== null && ids.every((id) => this.asked.has(id))) return;
    if (this.learning) return;
    this.learning = true;
    const found = await this.options.names();
    this.learning = false;
    // Tried again with whatever happens next.
    if (found === null) return;
    this.named = found;
    for (const id of ids) this.asked.add(id);
    this.options.changed();
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

  /** What is said by a card, not in words; a draft stays. */
  writeCard(thread: string, { kind, body }: SaidCard): void {
    this.inbox.sending(thread)?.write(body, kind);
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

  /** Those of them that somebody is told of now. */
  news(thread: string): number {
    return this.isHeld(thread) ? 0 : this.unread(thread);
  }

  get newsOfAll(): number {
    return this.inbox.threads.reduce((sum, { id }) => sum + this.news(id), 0);
  }

  /** How many wait to be told of. */
  get heldOfAll(): number {
    const held = this.inbox.threads.filter(({ id }) => this.isHeld(id));
    return held.reduce((sum, { id }) => sum + this.unread(id), 0);
  }

  isHeld(thread: string): boolean {
    const client = this.inbox.threads.find(({ id }) => id === thread)?.client;
    return client !== undefined && (this.options.holds ?? NOTHING_HELD)(client) !== null;
  }

  /** What is held is another now. */
  handleHeld(): void {
    this.tellPresence();
    this.options.changed();
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

  /** The other one of a thread sees when it is looked at. Off until somebody switches it on, for this one alone. */
  presence(thread: string): boolean {
    return this.presenceIn.has(this.name(PRESENCE, thread));
  }

  setPresence(thread: string, on: boolean): void {
    const name = this.name(PRESENCE, thread);
    if (on) this.presenceIn.add(name);
    else this.presenceIn.delete(name);
    void this.options.vault.save(name, on ? ON : null);
    this.tellPresence();
    this.options.changed();
  }

  /** Somebody looks at a thread; at none where it is empty. */
  handleLooking(thread: string): void {
    this.looking = thread;
    this.tellPresence();
  }

  private tellPresence(): void {
    if (!this.open) return;
    const shows = this.presence(this.looking) && !this.isHeld(this.looking);
    const wanted = shows ? this.looking : '';
    if (wanted === this.shownIn) return;
    if (this.shownIn !== '') void this.inbox.show(this.shownIn, false);
    if (wanted !== '') void this.inbox.show(wanted, true);
    this.shownIn = wanted;
  }

  private seenOf(thread: string): number {
    return this.seen.get(this.name(SEEN, thread)) ?? 0;
  }

  /** A browser may have several people, one after the other. */
  private name(kind: string, thread: string): string {
    return `${kind}${this.inbox.you} ${thread}`;
  }
}
