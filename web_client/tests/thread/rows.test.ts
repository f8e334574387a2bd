import { describe, expect, it } from 'vitest';

import {
  Blocks,
  notYetHere,
  outgoingRows,
  PER_BLOCK,
  type Row,
  type Shown,
} from '../../src/thread/rows';
import type { Upload } from '../../src/thread/uploads';

import type { Message } from '../../src/protocol/wire';

const DAY_MS = 86_400_000;

function message(number: number, changes: Partial<Message> = {}): Message {
  const at = number * 1_000;
  const body = `line ${number}`;
  const id = `m${number}`;
  return {
    number,
    rev: number,
    id,
    author: 'li',
    kind: 'text',
    body,
    at,
    recalled: false,
    ...changes,
  };
}

function shown(messages: readonly Message[], changes: Partial<Shown> = {}): Shown {
  return {
    messages,
    you: 'zhang',
    other: { delivered: 0, read: 0 },
    dayOf: (at) => String(Math.floor(at / DAY_MS)),
    ...changes,
  };
}

function kinds(rows: readonly Row[]): string[] {
  return rows.map(({ kind }) => kind);
}

function many(first: number, last: number): Message[] {
  return Array.from({ length: last - first + 1 }, (_, place) => message(first + place));
}

function upload(id: string): Upload {
  const about = { owner: 'zhang', thread: 't', kind: 'file' as const, name: 'a.pdf' };
  return { id, ...about, size: 10, ms: 0, sent: 0, code: null };
}

describe('a thread as rows', () => {
  it('has a line where a day begins', () => {
    const [block] = new Blocks().of(
      shown([message(1), message(2), message(3, { at: DAY_MS }), message(4, { at: DAY_MS + 5 })]),
    );
    expect(kinds(block?.rows ?? [])).toEqual([
      'day',
      'message',
      'message',
      'day',
      'message',
      'message',
    ]);
  });

  it('says how far each of one`s own messages has come, and nothing of the other`s', () => {
    const own = many(1, 3).map((each) => ({ ...each, author: 'zhang' }));
    const other = { delivered: 2, read: 1 };
    const [block] = new Blocks().of(shown([...own, message(4)], { other }));
    const standings = (block?.rows ?? []).flatMap((row) =>
      row.kind === 'message' ? [row.standing] : [],
    );
    expect(standings).toEqual(['read', 'delivered', 'stored', null]);
  });

  it('keeps what has not changed: older ones before it and newer ones after it change nothing', () => {
    const blocks = new Blocks();
    const all = many(1, 3 * PER_BLOCK + 3);
    const first = blocks.of(shown(all.slice(PER_BLOCK, -1)));
    expect(first.map(({ key }) => key)).toEqual([1, 2, 3]);
    const second = blocks.of(shown(all));
    expect(second.map(({ key }) => key)).toEqual([0, 1, 2, 3]);
    // The oldest one of before began a day; now another one does.
    expect(second[1]).not.toBe(first[0]);
    expect(second[2]).toBe(first[1]);
    expect(second[3]).not.toBe(first[2]);
  });

  it('draws a block anew where a message was recalled or was read', () => {
    const blocks = new Blocks();
    const all = many(1, 2 * PER_BLOCK).map((each) => ({ ...each, author: 'zhang' }));
    const [one, other] = blocks.of(shown(all));
    const recalled = all.map((each) =>
      each.number === 3 ? { ...each, rev: 99, body: null, recalled: true } : each,
    );
    const [changed, same] = blocks.of(shown(recalled));
    expect([changed === one, same === other]).toEqual([false, true]);
    const read = { delivered: 2 * PER_BLOCK, read: PER_BLOCK + 1 };
    const [, later] = blocks.of(shown(recalled, { other: read }));
    expect(later).not.toBe(other);
  });

  it('is the same list as before where nothing at all has changed', () => {
    const blocks = new Blocks();
    const messages = many(1, 3 * PER_BLOCK);
    const first = blocks.of(shown(messages));
    expect(blocks.of(shown(messages))).toBe(first);
    expect(blocks.of(shown(messages, { other: { delivered: 1, read: 0 } }))).not.toBe(first);
    expect(blocks.of(shown([...messages]))).not.toBe(first);
  });

  it('takes ten thousand in a moment, and one more in less', () => {
    const blocks = new Blocks();
    expect(blocks.of(shown(many(1, 10_000)))).toHaveLength(Math.ceil(10_000 / PER_BLOCK));
    const all = many(1, 10_000);
    const before = blocks.of(shown(all));
    const after = blocks.of(shown([...all, message(10_001)]));
    expect(after.filter((block, place) => block !== before[place])).toHaveLength(1);
  });

  it('shows what is not in it yet: what failed first, for it was written first', () => {
    const rows = outgoingRows({
      unsent: [{ id: 'b', ref: 2, after: 'a', body: 'two', at: 2 }],
      failed: [{ id: 'a', body: 'one', at: 1, code: 'malformed' }],
      uploads: [upload('c')],
    });
    expect(rows.map(({ kind, key }) => [kind, key])).toEqual([
      ['failed', 'a'],
      ['waiting', 'b'],
      ['upload', 'c'],
    ]);
  });

  it('lets go of a file whose message is here, whoever told of it first', () => {
    const both = [upload('0000-0001'), upload('0000-0002')];
    const here = [{ ...message(1), id: 'f:00000001' }];
    expect(notYetHere(both, here).map(({ id }) => id)).toEqual(['0000-0002']);
    expect(notYetHere([], here)).toEqual([]);
  });
});
