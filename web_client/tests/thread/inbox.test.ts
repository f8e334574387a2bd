import { beforeEach, describe, expect, it } from 'vitest';

import { LineLost, type LineListener } from '../../src/protocol/line';
import type { HandState } from '../../src/thread/hand';
import { Inbox, type HandStore, type InboxLine } from '../../src/thread/inbox';
import { FakeTimers } from '../support/fakes';

import type {
  Changes,
  InboxCommand,
  InboxEvent,
  InboxReply,
  Message,
  ThreadState,
} from '../../src/protocol/wire';

const NOTHING = { delivered: 0, read: 0 };

function thread(changes: Partial<ThreadState> = {}): ThreadState {
  return {
    id: 't',
    counsellor: 'li',
    client: 'zhang',
    last: 0,
    rev: 0,
    keep_days: 365,
    change_days: null,
    open: true,
    counsellor_mark: NOTHING,
    client_mark: NOTHING,
    ...changes,
  };
}

function message(number: number, rev = number): Message {
  const body = `line ${number}`;
  const id = `m${number}`;
  return { number, rev, id, author: 'li', kind: 'text', body, at: number, recalled: false };
}

interface Sent {
  readonly command: InboxCommand;
  answer(reply: InboxReply): Promise<void>;
  lose(): Promise<void>;
}

class FakeInboxLine implements InboxLine {
  listener: LineListener<InboxEvent> | null = null;
  connects = 0;
  readonly sent: Sent[] = [];

  listen(listener: LineListener<InboxEvent>): void {
    this.listener = listener;
  }

  connect(): void {
    this.connects += 1;
  }

  disconnect(): void {
    // Nothing is held.
  }

  send(command: InboxCommand): Promise<InboxReply> {
    return new Promise((resolve, reject) => {
      this.sent.push({
        command,
        answer: (reply) => (resolve(reply), settled()),
        lose: () => (reject(new LineLost()), settled()),
      });
    });
  }

  of<T extends InboxCommand['type']>(type: T): Extract<InboxCommand, { type: T }>[] {
    return this.sent
      .map(({ command }) => command)
      .filter((command): command is Extract<InboxCommand, { type: T }> => command.type === type);
  }

  get last(): Sent {
    const last = this.sent.at(-1);
    if (last === undefined) throw new Error('nothing was sent');
    return last;
  }
}

/** Everything that follows from what was answered has happened. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

class MemoryHands implements HandStore {
  readonly kept = new Map<string, HandState>();

  load(owner: string, id: string): HandState | null {
    return this.kept.get(`${owner} ${id}`) ?? null;
  }

  save(owner: string, id: string, state: HandState): Promise<void> {
    this.kept.set(`${owner} ${id}`, state);
    return Promise.resolve();
  }
}

let line: FakeInboxLine;
let timers: FakeTimers;
let hands: MemoryHands;
let pages: Changes[];

function inbox(): Inbox {
  let names = 0;
  return new Inbox({
    line,
    hands,
    timers,
    random: () => 0.5,
    name: () => `n${names++}`,
    before: () => {
      const page = pages.shift();
      return page === undefined ? Promise.reject(new Error('away')) : Promise.resolve(page);
    },
    changed: () => undefined,
  });
}

function welcome(...threads: ThreadState[]): InboxEvent {
  return { type: 'inbox', you: 'zhang', threads, now: 0 };
}

function stored(number: number): InboxReply {
  return { type: 'stored', number, rev: number, at: 0, fresh: true };
}

async function opened(state = thread()): Promise<Inbox> {
  const made = inbox();
  made.start();
  line.listener?.event(welcome(state));
  await settled();
  return made;
}

beforeEach(() => {
  line = new FakeInboxLine();
  timers = new FakeTimers();
  hands = new MemoryHands();
  pages = [];
});

describe('writing', () => {
  it('keeps a message, sends it, and sends the next when it is stored', async () => {
    const made = await opened();
    made.sending('t')?.write('one');
    made.sending('t')?.write('two');
    await settled();
    expect(hands.kept.get('zhang t')?.unsent.map(({ body }) => body)).toEqual(['one', 'two']);
    expect(line.of('write_message').map(({ body }) => body)).toEqual(['one']);
    await line.last.answer(stored(1));
    expect(line.of('write_message').map(({ body, ref }) => [body, ref])).toEqual([
      ['one', 1],
      ['two', 2],
    ]);
    await line.last.answer(stored(2));
    expect(made.sending('t')?.state.unsent).toEqual([]);
  });

  it('says again, unchanged, what was not answered when the line went', async () => {
    const made = await opened();
    made.sending('t')?.write('one');
    await settled();
    const [lost] = line.sent;
    line.listener?.dropped();
    expect([made.state, made.away]).toEqual(['waiting', true]);
    timers.pass(5_000);
    // A try that hangs brings nobody back.
    expect([made.state, made.away]).toEqual(['connecting', true]);
    line.listener?.event(welcome(thread()));
    expect(made.away).toBe(false);
    await settled();
    expect(line.of('write_message')).toEqual([lost?.command, lost?.command]);
    // The old answer comes after all; it says nothing about what is under way now.
    await lost?.lose();
    expect(line.of('write_message')).toHaveLength(2);
    await line.last.answer(stored(1));
    expect(made.sending('t')?.state.unsent).toEqual([]);
  });

  it('puts off what the gateway has no time for, and what it does not answer', async () => {
    const made = await opened();
    made.sending('t')?.write('one');
    await settled();
    await line.last.answer({ type: 'refused', code: 'busy', id: null });
    expect(line.of('write_message')).toHaveLength(1);
    timers.pass(1_000);
    await settled();
    await line.last.lose();
    expect(line.of('write_message')).toHaveLength(2);
    timers.pass(2_000);
    await settled();
    expect(line.of('write_message')).toHaveLength(3);
    expect(made.sending('t')?.state.failed).toEqual([]);
  });

  it('goes on under another name where its storage was copied', async () => {
    const made = await opened();
    made.sending('t')?.write('one');
    await settled();
    const [before] = line.of('write_message');
    await line.last.answer({ type: 'refused', code: 'hand_taken', id: null });
    const after = line.of('write_message').at(-1);
    expect(after).toMatchObject({ id: before?.id, ref: 1, after: '' });
    expect(after?.hand).not.toBe(before?.hand);
    expect(made.sending('t')?.state.name).toBe(after?.hand);
  });

  it('marks what will not be had, and goes on with the rest', async () => {
    const made = await opened();
    made.sending('t')?.write('one');
    made.sending('t')?.write('two');
    await settled();
    await line.last.answer({ type: 'refused', code: 'malformed', id: null });
    expect(made.sending('t')?.state.failed.map(({ body, code }) => [body, code])).toEqual([
      ['one', 'malformed'],
    ]);
    expect(line.of('write_message').at(-1)).toMatchObject({ body: 'two', ref: 1 });
    const [failed] = made.sending('t')?.state.failed ?? [];
    made.sending('t')?.discard(failed?.id ?? '');
    expect(made.sending('t')?.state.failed).toEqual([]);
  });

  it('goes on with what an earlier page has left', async () => {
    const first = await opened();
    first.sending('t')?.write('left behind');
    await settled();
    first.close();
    line = new FakeInboxLine();
    await opened();
    expect(line.of('write_message').map(({ body }) => body)).toEqual(['left behind']);
  });
});

describe('reading', () => {
  it('asks for the newest when somebody looks, and goes on from there', async () => {
    const made = await opened(thread({ last: 2, rev: 2 }));
    expect(line.sent).toEqual([]);
    pages = [{ type: 'changes', thread: 't', items: [message(1), message(2)], last: 2, rev: 2 }];
    await made.open('t');
    line.listener?.event({ type: 'message_changed', thread: 't', message: message(3) });
    expect(made.log('t')?.messages.map(({ number }) => number)).toEqual([1, 2, 3]);
    expect(made.threads[0]).toMatchObject({ last: 3, rev: 3 });
  });

  it('asks for what it missed, as often as there is more', async () => {
    const made = await opened(thread({ last: 1, rev: 1 }));
    pages = [{ type: 'changes', thread: 't', items: [message(1)], last: 1, rev: 1 }];
    await made.open('t');
    line.listener?.dropped();
    timers.pass(5_000);
    line.listener?.event(welcome(thread({ last: 4, rev: 4 })));
    await settled();
    expect(line.of('replay_thread')).toEqual([{ type: 'replay_thread', thread: 't', since: 1 }]);
    await line.last.answer({
      type: 'changes',
      thread: 't',
      items: [message(2), message(3)],
      last: 4,
      rev: 4,
    });
    expect(line.of('replay_thread').at(-1)?.since).toBe(3);
    await line.last.answer({ type: 'changes', thread: 't', items: [message(4)], last: 4, rev: 4 });
    expect(made.log('t')?.messages.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
  });

  it('may look further back until there is nothing', async () => {
    const made = await opened(thread({ last: 4, rev: 4 }));
    pages = [
      { type: 'changes', thread: 't', items: [message(3), message(4)], last: 4, rev: 4 },
      { type: 'changes', thread: 't', items: [message(1), message(2)], last: 4, rev: 4 },
    ];
    await made.open('t');
    expect(await made.older('t')).toBe(false);
    expect(made.log('t')?.messages.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
    expect(await made.older('t')).toBe(false);
  });

  it('tells how far it is only when that is news', async () => {
    const made = await opened(thread({ last: 3, rev: 3, client_mark: { delivered: 2, read: 2 } }));
    void made.mark('t', { delivered: 2, read: 1 });
    await settled();
    expect(line.sent).toEqual([]);
    void made.mark('t', { delivered: 3, read: 0 });
    await settled();
    expect(line.last.command).toMatchObject({ delivered: 3, read: 2 });
    const mark = { delivered: 3, read: 3 };
    line.listener?.event({ type: 'marked', thread: 't', person: 'li', mark });
    expect(made.markOf('t', 'li')).toEqual(mark);
  });

  it('knows of the other one being there what it is told, and nothing without a line', async () => {
    const made = await opened();
    const told = (person: string, here: boolean): void =>
      line.listener?.event({ type: 'present', thread: 't', person, here });
    told('li', true);
    expect(made.isHere('t')).toBe(true);
    told('zhang', false);
    expect(made.isHere('t')).toBe(true);
    line.listener?.dropped();
    expect(made.isHere('t')).toBe(false);
    expect(made.isHere('another')).toBe(false);
  });

  it('is told when the two part', async () => {
    const made = await opened();
    line.listener?.event({ type: 'parted', counsellor: 'li', client: 'zhang' });
    expect(made.threads[0]?.open).toBe(false);
  });
});

describe('an access that is over', () => {
  it('ends it for good', async () => {
    const made = await opened();
    line.listener?.event({ type: 'closed', reason: 'revoked' });
    expect([made.state, made.ending]).toEqual(['closed', { kind: 'closed', reason: 'revoked' }]);
    made.sending('t')?.write('too late');
    await settled();
    expect(line.sent).toEqual([]);
  });

  it('is one that was refused, but for a gateway that is busy', () => {
    const made = inbox();
    made.start();
    line.listener?.refused('busy');
    expect(made.state).toBe('waiting');
    timers.pass(20_000);
    line.listener?.refused('signed_out');
    expect(made.ending).toEqual({ kind: 'refused', code: 'signed_out' });
  });
});
