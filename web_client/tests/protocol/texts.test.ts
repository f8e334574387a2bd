import { describe, expect, it } from 'vitest';

import type { TextChannel } from '../../src/protocol/texts';
import { type FakeLine, openSession, settle, text, welcome } from '../support/fakes';

function accept(line: FakeLine, seq: number): void {
  const { command } = line.last;
  if (command.type !== 'send_text') throw new Error('not a text');
  line.last.answer({ type: 'text_accepted', ref: command.ref, seq, at: seq });
}

class Channel implements TextChannel {
  readonly sent: string[] = [];
  send(data: string): void {
    this.sent.push(data);
  }
}

describe('writing', () => {
  it('sends one at a time, counting from the welcome, and shows each until it is stored', async () => {
    const { line, session } = openSession({ next_ref: 4 });
    session.texts.write('one');
    session.texts.write('two');
    expect(line.texts()).toEqual([{ type: 'send_text', ref: 4, body: 'one' }]);
    expect(session.texts.waiting.map(({ body, state }) => [body, state])).toEqual([
      ['one', 'sending'],
      ['two', 'sending'],
    ]);
    accept(line, 1);
    await settle();
    expect(line.texts().at(-1)).toEqual({ type: 'send_text', ref: 5, body: 'two' });
    expect(session.texts.texts.map(({ body, sender }) => [body, sender])).toEqual([['one', 'me']]);
  });

  it('takes no empty text and cuts none short of the limit', () => {
    const { line, session } = openSession();
    session.texts.write('  \n ');
    expect(line.sent).toEqual([]);
    session.texts.write('字'.repeat(3_000));
    expect(line.texts()[0]?.body).toHaveLength(2_000);
  });

  it('takes its own text event for the answer', async () => {
    const { line, session } = openSession();
    session.texts.write('one');
    line.tell(text(1, { sender: 'me', ref: 1, body: 'one' }));
    accept(line, 1);
    await settle();
    expect(session.texts.waiting).toEqual([]);
    expect(session.texts.texts).toHaveLength(1);
  });
});

describe('a text under way when the line is lost', () => {
  it('goes again under the same ref when the gateway has not got it', () => {
    const { line, session, timers } = openSession();
    session.texts.write('one');
    session.texts.write('two');
    line.listener?.dropped();
    expect(session.texts.waiting.map(({ state }) => state)).toEqual(['sending', 'sending']);
    timers.pass(300);
    line.tell(welcome({ resumed: true, next_ref: 1 }));
    expect(line.texts()).toEqual([
      { type: 'send_text', ref: 1, body: 'one' },
      { type: 'send_text', ref: 1, body: 'one' },
    ]);
  });

  it('is not sent again when the welcome shows that it arrived', () => {
    const { line, session, timers } = openSession();
    session.texts.write('one');
    session.texts.write('two');
    line.listener?.dropped();
    timers.pass(300);
    const stored = text(1, { sender: 'me', ref: 1, body: 'one' });
    line.tell(welcome({ resumed: true, next_ref: 2, texts: [stored] }));
    expect(line.texts().at(-1)).toEqual({ type: 'send_text', ref: 2, body: 'two' });
    expect(session.texts.texts.map(({ body }) => body)).toEqual(['one']);
  });

  it('waits for its line when it was written without one', () => {
    const { line, session, timers } = openSession();
    line.listener?.dropped();
    session.texts.write('one');
    expect(line.texts()).toEqual([]);
    timers.pass(300);
    line.tell(welcome({ resumed: true }));
    expect(line.texts()).toHaveLength(1);
  });
});

describe('a refused text', () => {
  it('stays, marked, and leaves no hole in the count', async () => {
    const { line, session } = openSession();
    session.texts.write('one');
    session.texts.write('two');
    line.last.answer({ type: 'refused', code: 'too_large', ref: 1 });
    await settle();
    expect(session.texts.waiting.map(({ body, state }) => [body, state])).toEqual([
      ['one', 'failed'],
      ['two', 'sending'],
    ]);
    expect(line.texts().at(-1)).toEqual({ type: 'send_text', ref: 1, body: 'two' });
  });

  it('goes when its writer tries again', async () => {
    const { line, session } = openSession();
    session.texts.write('one');
    line.last.answer({ type: 'refused', code: 'too_large', ref: 1 });
    await settle();
    session.texts.retry(session.texts.waiting[0]?.key ?? 0);
    expect(line.texts()).toHaveLength(2);
    accept(line, 1);
    await settle();
    expect(session.texts.waiting).toEqual([]);
  });

  it('for haste is put off, and goes again under its own ref before any other', async () => {
    const { line, session, timers } = openSession();
    session.texts.write('one');
    session.texts.write('two');
    line.last.answer({ type: 'refused', code: 'rate_limited', ref: 1 });
    await settle();
    expect(line.texts()).toHaveLength(1);
    timers.pass(1_000);
    expect(line.texts().at(-1)).toEqual({ type: 'send_text', ref: 1, body: 'one' });
    accept(line, 1);
    await settle();
    expect(line.texts().at(-1)).toEqual({ type: 'send_text', ref: 2, body: 'two' });
  });

  it('for haste is given back to its writer after half a minute of it', async () => {
    const { line, session, timers } = openSession();
    session.texts.write('one');
    for (let tries = 0; tries < 6; tries++) {
      line.last.answer({ type: 'refused', code: 'busy', ref: 1 });
      await settle();
      timers.pass(16_000);
    }
    expect(session.texts.waiting.map(({ state, code }) => [state, code])).toEqual([
      ['failed', 'busy'],
    ]);
  });

  it('out of order brings a new connection, which tells the right count', async () => {
    const { line, session, timers } = openSession();
    session.texts.write('one');
    line.last.answer({ type: 'refused', code: 'text_out_of_order', ref: 1 });
    await settle();
    expect(session.state).toBe('waiting');
    timers.pass(300);
    line.tell(welcome({ resumed: true, next_ref: 9 }));
    expect(session.texts.waiting).toEqual([]);
  });

  it('is said to be unsent when the session is over', () => {
    const { session } = openSession();
    session.texts.write('one');
    session.leave();
    expect(session.texts.waiting.map(({ state }) => state)).toEqual(['failed']);
  });
});

describe('the data channel', () => {
  it('carries a text when it is open, and its answer', () => {
    const { line, session } = openSession();
    const channel = new Channel();
    session.setTextChannel(channel);
    session.texts.write('one');
    const sent = channel.sent.map((text) => JSON.parse(text) as unknown);
    expect(sent).toMatchObject([{ type: 'send_text', ref: 1, body: 'one' }]);
    expect(line.texts()).toEqual([]);
    session.texts.receiveChannel('{"type":"text_accepted","ref":1,"seq":1,"at":7}');
    expect(session.texts.waiting).toEqual([]);
  });

  it('gives the text to the line when it does not answer', () => {
    const { line, session, timers } = openSession();
    session.setTextChannel(new Channel());
    session.texts.write('one');
    timers.pass(4_000);
    expect(line.texts()).toEqual([{ type: 'send_text', ref: 1, body: 'one' }]);
  });

  it('gives the text to the line when it closes', () => {
    const { line, session } = openSession();
    session.setTextChannel(new Channel());
    session.texts.write('one');
    session.setTextChannel(null);
    expect(line.texts()).toEqual([{ type: 'send_text', ref: 1, body: 'one' }]);
  });

  it('is asked after by the line when it closes, for what it may have taken with it', async () => {
    const { line, session } = openSession();
    session.setTextChannel(new Channel());
    line.tell(text(1));
    expect(line.sent).toEqual([]);
    session.setTextChannel(null);
    expect(line.last.command).toEqual({ type: 'replay', after: 1 });
    line.last.answer({ type: 'replayed', texts: [text(2)] });
    await settle();
    expect(session.texts.texts).toHaveLength(2);
  });

  it('gives the text to the line when it throws', () => {
    const { line, session } = openSession();
    session.setTextChannel({
      send: () => {
        throw new Error('closing');
      },
    });
    session.texts.write('one');
    expect(line.texts()).toHaveLength(1);
  });

  it('takes a refusal that names no ref for the one under way', () => {
    const { session } = openSession();
    session.setTextChannel(new Channel());
    session.texts.write('one');
    session.texts.receiveChannel('{"type":"refused","code":"too_large"}');
    expect(session.texts.waiting[0]?.state).toBe('failed');
  });
});

describe('receiving', () => {
  it('keeps order, drops what came twice, and shows nothing behind a gap', async () => {
    const { line, session } = openSession();
    line.tell(text(1));
    line.tell(text(1));
    line.tell(text(3));
    expect(session.texts.texts.map(({ seq }) => seq)).toEqual([1]);
    expect(line.last.command).toEqual({ type: 'replay', after: 1 });
    line.last.answer({ type: 'replayed', texts: [text(2), text(3)] });
    await settle();
    expect(session.texts.texts.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  it('asks once for one gap', () => {
    const { line } = openSession();
    line.tell(text(3));
    line.tell(text(4));
    line.tell(text(6));
    expect(line.sent.filter(({ command }) => command.type === 'replay')).toHaveLength(1);
  });

  it('holds 200 texts of each side once and in order over three reconnects', async () => {
    const { line, session, timers } = openSession();
    let seq = 0;
    let stored = 0;
    for (let round = 1; round <= 200; round++) {
      line.tell(text(++seq, { ref: round }));
      session.texts.write(`mine ${round}`);
      if (round % 60 === 0) {
        // The gateway stored it; its answer was lost with the line.
        stored += 1;
        const mine = text(++seq, { sender: 'me', ref: stored, body: `mine ${round}` });
        line.listener?.dropped();
        timers.pass(300);
        line.tell(welcome({ resumed: true, next_ref: stored + 1, texts: [mine] }));
      } else {
        stored += 1;
        accept(line, ++seq);
      }
      await settle();
    }
    const mine = session.texts.texts.filter(({ sender }) => sender === 'me');
    expect(mine.map(({ body }) => body)).toEqual(
      Array.from({ length: 200 }, (_, place) => `mine ${place + 1}`),
    );
    expect(session.texts.texts.map((one) => one.seq)).toEqual(
      Array.from({ length: 400 }, (_, place) => place + 1),
    );
  });
});
