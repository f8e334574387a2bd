import { describe, expect, it } from 'vitest';

import { further, ThreadLog } from '../../src/thread/thread-log';

import type { Changes, Message } from '../../src/protocol/wire';

function message(number: number, rev = number, recalled = false): Message {
  const body = recalled ? null : `line ${number}`;
  return { number, rev, id: `m${number}`, author: 'a', kind: 'text', body, at: number, recalled };
}

function changes(items: Message[], last: number, rev: number): Changes {
  return { type: 'changes', thread: 't', items, last, rev };
}

function numbers(log: ThreadLog): number[] {
  return log.messages.map(({ number }) => number);
}

describe('a thread in a page', () => {
  it('knows nothing before it has begun', () => {
    const log = new ThreadLog();
    expect(log.receive(message(1))).toBeNull();
    expect([log.rev, log.oldest, numbers(log)]).toEqual([null, null, []]);
  });

  it('begins with the newest, and goes on change by change', () => {
    const log = new ThreadLog();
    log.begin(changes([message(8), message(9)], 9, 12));
    expect(log.receive(message(10, 13))).toBeNull();
    expect(log.receive(message(9, 14, true))).toBeNull();
    expect(numbers(log)).toEqual([8, 9, 10]);
    expect(log.message(9)).toMatchObject({ body: null, recalled: true });
    expect([log.rev, log.last, log.oldest]).toEqual([14, 10, 8]);
  });

  it('takes what is told twice once', () => {
    const log = new ThreadLog();
    log.begin(changes([message(1)], 1, 1));
    const { messages } = log;
    expect(log.receive(message(1))).toBeNull();
    expect(log.messages).toBe(messages);
  });

  it('asks for what is missing, and takes it in order', () => {
    const log = new ThreadLog();
    log.begin(changes([message(1)], 1, 1));
    expect(log.receive(message(4))).toBe(1);
    expect(numbers(log)).toEqual([1]);
    expect(log.fill(1, changes([message(2), message(3)], 4, 4))).toBe(3);
    expect(log.fill(3, changes([message(4)], 4, 4))).toBeNull();
    expect(numbers(log)).toEqual([1, 2, 3, 4]);
    // An answer to a question of before.
    expect(log.fill(1, changes([message(2)], 4, 4))).toBeNull();
    expect(log.rev).toBe(4);
  });

  it('jumps over changes that later ones have taken the place of', () => {
    const log = new ThreadLog();
    log.begin(changes([message(1)], 1, 1));
    // Message 2 was written at revision 2 and recalled at 4.
    expect(log.fill(1, changes([message(3), message(2, 4, true)], 3, 4))).toBeNull();
    expect([log.rev, numbers(log)]).toEqual([4, [1, 2, 3]]);
  });

  it('asks for older ones until there are none', () => {
    const log = new ThreadLog();
    log.begin(changes([message(5), message(6)], 6, 6));
    log.prepend(changes([message(3), message(4)], 6, 6));
    expect([log.oldest, numbers(log)]).toEqual([3, [3, 4, 5, 6]]);
    log.prepend(changes([message(1), message(2)], 6, 6));
    log.prepend(changes([], 6, 6));
    expect([log.oldest, log.rev]).toEqual([1, 6]);
  });

  it('is not disturbed by a change of what is not here', () => {
    const log = new ThreadLog();
    log.begin(changes([message(5)], 5, 5));
    expect(log.receive(message(2, 6, true))).toBeNull();
    expect([log.rev, numbers(log)]).toEqual([6, [5]]);
    log.prepend(changes([message(2, 6, true)], 5, 6));
    expect(log.message(2)?.recalled).toBe(true);
  });

  it('may be empty', () => {
    const log = new ThreadLog();
    log.begin(changes([], 0, 0));
    expect(log.oldest).toBe(1);
    expect(log.receive(message(1))).toBeNull();
    expect(numbers(log)).toEqual([1]);
  });
});

it('marks only grow', () => {
  expect(further({ delivered: 3, read: 1 }, { delivered: 2, read: 2 })).toEqual({
    delivered: 3,
    read: 2,
  });
});
