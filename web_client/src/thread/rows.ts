/**
 * A thread as rows to be shown, in blocks that are drawn and let go of together. Pure.
 *
 * A block holds messages by number, so that older ones that come before it change nothing in it: what has
 * not changed is the same object as before, and need not be drawn again.
 */

import type { Failed, Written } from './hand';
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
  | { readonly kind: 'failed'; readonly key: string; readonly failed: Failed };

export interface Block {
  readonly key: number;
  readonly rows: readonly Row[];
}

export interface Shown {
  readonly messages: readonly Message[];
  readonly you: string;
  /** How far the other one is. */
  readonly other: Mark;
  /** Names the day of a moment, where the reader is. */
  readonly dayOf: (at: number) => string;
}

export const PER_BLOCK = 25;

/** Makes blocks, and keeps those that have not changed. */
export class Blocks {
  private before = new Map<number, { readonly block: Block; readonly told: string }>();

  of(shown: Shown): readonly Block[] {
    const grouped = new Map<number, Row[]>();
    let day = '';
    for (const message of shown.messages) {
      const key = Math.floor((message.number - 1) / PER_BLOCK);
      const rows = grouped.get(key) ?? [];
      grouped.set(key, rows);
      const named = shown.dayOf(message.at);
      if (named !== day) rows.push({ kind: 'day', key: `day ${message.number}`, at: message.at });
      day = named;
      const standing = standingOf(message, shown);
      rows.push({ kind: 'message', key: message.id, message, standing });
    }
    const next = new Map<number, { readonly block: Block; readonly told: string }>();
    for (const [key, rows] of grouped) next.set(key, this.same(key, rows));
    this.before = next;
    return [...next.values()].map(({ block }) => block);
  }

  private same(key: number, rows: readonly Row[]) {
    const told = rows.map(tell).join(' ');
    const known = this.before.get(key);
    return known?.told === told ? known : { block: { key, rows }, told };
  }
}

/** What is not in the thread yet, in the order it was written. */
export function outgoingRows(unsent: readonly Written[], failed: readonly Failed[]): Row[] {
  return [
    ...failed.map((each): Row => ({ kind: 'failed', key: each.id, failed: each })),
    ...unsent.map((each): Row => ({ kind: 'waiting', key: each.id, written: each })),
  ];
}

function standingOf(message: Message, { you, other }: Shown): Standing {
  if (message.author !== you) return null;
  if (message.number <= other.read) return 'read';
  return message.number <= other.delivered ? 'delivered' : 'stored';
}

/** Rows that are told alike look alike. */
function tell(row: Row): string {
  if (row.kind !== 'message') return row.key;
  return `${row.key}:${row.message.rev}:${row.standing ?? ''}`;
}
