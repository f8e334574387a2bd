/**
 * A thread as rows to be shown, in blocks that are drawn and let go of together. Pure.
 *
 * A block holds messages by number, so that older ones that come before it change nothing in it. What has
 * not changed is the same object as before, is not looked into, and need not be drawn again.
 */

import type { Failed, Written } from './hand';
import type { Upload } from './uploads';
import type { Mark, Message } from '../protocol/wire';

/** How far one's own message has come; null for another's. */
export type Standing = 'stored' | 'delivered' | 'read' | null;

export type Row =
  | { readonly kind: 'day'; readonly key: string; readonly at: number }
  | {
      readonly kind: 'message';
      readonly key: string;
      readonly message: Message;
      readonly standing: Standing;
    }
  | { readonly kind: 'waiting'; readonly key: string; readonly written: Written }
  | { readonly kind: 'failed'; readonly key: string; readonly failed: Failed }
  | { readonly kind: 'upload'; readonly key: string; readonly upload: Upload };

export interface Block {
  readonly key: number;
  readonly rows: readonly Row[];
}

export interface Shown {
  /** In order of their numbers. */
  readonly messages: readonly Message[];
  readonly you: string;
  /** How far the other one is. */
  readonly other: Mark;
  /** Names the day of a moment, where the reader is. */
  readonly dayOf: (at: number) => string;
}

/** A block, and all that it was made of. */
interface Made {
  readonly block: Block;
  readonly messages: readonly Message[];
  readonly dayBefore: string;
  readonly dayAfter: string;
  readonly other: Mark;
}

export const PER_BLOCK = 4;

/** Makes blocks, and keeps those that have not changed. */
export class Blocks {
  private made = new Map<number, Made>();
  private known: { readonly shown: Shown; readonly blocks: readonly Block[] } | null = null;

  /** The same list as before where nothing has changed. */
  of(shown: Shown): readonly Block[] {
    if (this.known === null || !isSameShown(this.known.shown, shown))
      this.known = { shown, blocks: this.make(shown) };
    return this.known.blocks;
  }

  private make(shown: Shown): readonly Block[] {
    const next = new Map<number, Made>();
    let day = '';
    for (let first = 0; first < shown.messages.length;) {
      const key = blockOf(shown.messages[first]);
      let end = first + 1;
      while (end < shown.messages.length && blockOf(shown.messages[end]) === key) end += 1;
      const made = this.block(key, shown, first, end, day);
      next.set(key, made);
      day = made.dayAfter;
      first = end;
    }
    this.made = next;
    return [...next.values()].map(({ block }) => block);
  }

  private block(key: number, shown: Shown, first: number, end: number, day: string): Made {
    const other = within(shown.other, key);
    const known = this.made.get(key);
    if (known?.dayBefore === day && isSame(known, shown.messages, first, end, other)) return known;
    return make(key, { ...shown, messages: shown.messages.slice(first, end), other }, day);
  }
}

/** What somebody wrote, or chose, that is not in the thread yet. */
export interface Outgoing {
  readonly unsent: readonly Written[];
  readonly failed: readonly Failed[];
  readonly uploads: readonly Upload[];
}

/** What is not in the thread yet, in the order it was written; files come last. */
export function outgoingRows({ unsent, failed, uploads }: Outgoing): Row[] {
  return [
    ...failed.map((each): Row => ({ kind: 'failed', key: each.id, failed: each })),
    ...unsent.map((each): Row => ({ kind: 'waiting', key: each.id, written: each })),
    ...uploads.map((each): Row => ({ kind: 'upload', key: each.id, upload: each })),
  ];
}

/** Those that are no message here yet: a message comes before its sender is told that it is one. */
export function notYetHere(
  uploads: readonly Upload[],
  messages: readonly Message[],
): readonly Upload[] {
  if (uploads.length === 0) return uploads;
  const here = new Set(messages.map(({ id }) => id));
  return uploads.filter(({ id }) => !here.has(`f:${id.replaceAll('-', '')}`));
}

function make(key: number, shown: Shown, dayBefore: string): Made {
  const rows: Row[] = [];
  let day = dayBefore;
  for (const message of shown.messages) {
    const named = shown.dayOf(message.at);
    if (named !== day) rows.push({ kind: 'day', key: `day ${message.number}`, at: message.at });
    day = named;
    rows.push({ kind: 'message', key: message.id, message, standing: standingOf(message, shown) });
  }
  const { messages, other } = shown;
  return { block: { key, rows }, messages, dayBefore, dayAfter: day, other };
}

function isSameShown(one: Shown, other: Shown): boolean {
  return (
    one.messages === other.messages &&
    one.you === other.you &&
    one.other.delivered === other.other.delivered &&
    one.other.read === other.other.read
  );
}

function isSame(
  known: Made,
  messages: readonly Message[],
  first: number,
  end: number,
  other: Mark,
): boolean {
  if (known.messages.length !== end - first) return false;
  if (known.other.delivered !== other.delivered || known.other.read !== other.read) return false;
  return known.messages.every((message, place) => message === messages[first + place]);
}

function blockOf(message: Message | undefined): number {
  return message === undefined ? -1 : Math.floor((message.number - 1) / PER_BLOCK);
}

/** As much of a mark as matters to the messages of a block. */
function within({ delivered, read }: Mark, key: number): Mark {
  const clamp = (number: number): number =>
    Math.min(Math.max(number, key * PER_BLOCK), (key + 1) * PER_BLOCK);
  return { delivered: clamp(delivered), read: clamp(read) };
}

function standingOf(message: Message, { you, other }: Shown): Standing {
  if (message.author !== you) return null;
  if (message.number <= other.read) return 'read';
  return message.number <= other.delivered ? 'delivered' : 'stored';
}
