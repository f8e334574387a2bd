import { describe, expect, it } from 'vitest';

import { TRANSITIONS } from '../../src/protocol/returning';
import type { SessionState } from '../../src/protocol/session';
import type { CloseReason, Code } from '../../src/protocol/wire';
import { makeSession, openSession, person, settle, text, welcome } from '../support/fakes';

describe('the table of states', () => {
  it('lets nothing out of closed, and everything into it', () => {
    expect(TRANSITIONS.closed).toEqual({});
    const open: SessionState[] = ['idle', 'connecting', 'open', 'waiting'];
    expect(open.map((state) => TRANSITIONS[state].closed)).toEqual(open.map(() => 'closed'));
  });

  it('ignores an input the state does not name', () => {
    const { line, session } = openSession();
    session.start();
    session.wake();
    expect(session.state).toBe('open');
    expect(line.auths).toHaveLength(1);
  });

  it('sends nothing before it is started', () => {
    const { line, session } = makeSession();
    expect(session.state).toBe('idle');
    expect(line.auths).toEqual([]);
  });
});

describe('the seat', () => {
  it('is presented with the last text held, and replaced by every welcome', () => {
    const { line, seats, session, timers } = makeSession();
    session.start();
    expect(line.auths).toEqual([{ seat: 'seat-one-0123456789', protocol: 1, after: 0, log: '' }]);
    line.tell(welcome({ texts: [text(1), text(2)] }));
    expect(seats.load()?.seat).toBe('seat-two-0123456789');
    line.listener?.dropped();
    timers.pass(300);
    expect(line.auths[1]).toEqual({
      seat: 'seat-two-0123456789',
      protocol: 1,
      after: 2,
      log: 'log-one',
    });
    line.tell(welcome({ seat: 'seat-three-012345678', resumed: true }));
    expect(seats.load()?.seat).toBe('seat-three-012345678');
  });

  it('is forgotten when the session is over', () => {
    const { line, seats, session } = openSession();
    line.tell({ type: 'closed', reason: 'session_ended' });
    expect(session.ending).toEqual({ kind: 'closed', reason: 'session_ended' });
    expect(seats.load()).toBeNull();
  });
});

describe('a lost line', () => {
  it('tries with fresh sockets, each for a short time, soon after one another', () => {
    const { line, session, timers } = openSession();
    line.listener?.dropped();
    expect(session.state).toBe('waiting');
    for (let attempt = 0; attempt < 4; attempt++) {
      timers.pass(300);
      expect(session.state).toBe('connecting');
      timers.pass(line.patiences.at(-1) ?? 0);
      line.listener?.dropped();
      expect(session.state).toBe('waiting');
    }
    expect(line.patiences.slice(1)).toEqual([2_000, 2_000, 2_000, 5_000]);
  });

  it('leaves a pause after a try that failed at once', () => {
    const { line, timers } = openSession();
    line.listener?.dropped();
    timers.pass(300);
    line.listener?.dropped();
    expect(timers.pauses[0]).toBeGreaterThan(1_000);
  });

  it('begins with a short pause again after a welcome', () => {
    const { line, timers } = openSession();
    for (let attempt = 0; attempt < 4; attempt++) {
      line.listener?.dropped();
      timers.pass(5_000);
    }
    line.tell(welcome({ resumed: true }));
    line.listener?.dropped();
    expect(timers.pauses[0]).toBeLessThan(300);
  });

  it('takes a fresh socket when the network is back while one is being tried', () => {
    const { line, session, timers } = openSession();
    line.listener?.dropped();
    timers.pass(300);
    expect(line.auths).toHaveLength(2);
    session.wake();
    expect(session.state).toBe('connecting');
    expect(line.auths).toHaveLength(3);
    expect(timers.pauses).toEqual([]);
  });

  it('does not sit out its pause when the network is back', () => {
    const { line, session, timers } = openSession();
    line.listener?.dropped();
    session.wake();
    expect(session.state).toBe('connecting');
    expect(line.auths).toHaveLength(2);
    expect(timers.pauses).toEqual([]);
  });

  it('is let go and taken anew at once when it is in doubt, and only while there is one', () => {
    const { line, session, timers } = openSession();
    session.renew();
    expect(session.state).toBe('connecting');
    expect(line.auths).toHaveLength(2);
    expect(timers.pauses).toEqual([]);
    session.renew();
    expect(line.auths).toHaveLength(2);
    line.tell(welcome({ resumed: true }));
    expect(session.state).toBe('open');
  });

  it('knows since when it is lost, until it is found', () => {
    const { line, session, timers } = openSession();
    const lost = timers.now();
    line.listener?.dropped();
    timers.pass(300);
    line.listener?.dropped();
    expect(session.droppedAt).toBe(lost);
    timers.pass(2_000);
    line.tell(welcome({ resumed: true }));
    expect(session.droppedAt).toBeNull();
  });

  it('refuses a command at once instead of keeping it', async () => {
    const { line, session } = openSession();
    line.listener?.dropped();
    await expect(session.request({ type: 'replay', after: 0 })).rejects.toThrow();
    expect(line.sent).toEqual([]);
  });
});

describe('a close', () => {
  const forGood: CloseReason[] = [
    'left',
    'left_quickly',
    'session_ended',
    'taken_over',
    'revoked',
    'expired',
  ];
  const forNow: CloseReason[] = ['server_stopping', 'timed_out', 'fault'];

  it.each(forGood)('%s is for good', (reason) => {
    const { line, session, timers } = openSession();
    line.tell({ type: 'closed', reason });
    line.listener?.dropped();
    timers.pass(60_000);
    expect(session.state).toBe('closed');
    expect(line.auths).toHaveLength(1);
  });

  it.each(forNow)('%s is worth coming back from', (reason) => {
    const { line, session, timers } = openSession();
    line.tell({ type: 'closed', reason });
    line.listener?.dropped();
    timers.pass(2_000);
    expect(session.state).toBe('connecting');
    expect(line.auths).toHaveLength(2);
  });
});

describe('a refused connection', () => {
  const tried: Code[] = ['busy', 'rate_limited', 'too_many_connections', 'not_in_room'];

  it.each(tried)('%s is tried again', (code) => {
    const { line, session, timers } = makeSession();
    session.start();
    line.listener?.refused(code);
    timers.pass(2_000);
    expect(line.auths).toHaveLength(2);
  });

  it('ends the session otherwise, with the code for the page', () => {
    const { line, session } = makeSession();
    session.start();
    line.listener?.refused('seat_invalid');
    expect(session.ending).toEqual({ kind: 'refused', code: 'seat_invalid' });
  });

  it('of a replaced seat means another page has it', () => {
    const { line, session } = makeSession();
    session.start();
    line.listener?.refused('seat_replaced');
    expect(session.ending).toEqual({ kind: 'closed', reason: 'taken_over' });
  });
});

describe('leaving', () => {
  it('is at once for this page, and told to the gateway before the line is cut', async () => {
    const { line, session } = openSession();
    session.leave();
    expect(session.state).toBe('closed');
    expect(line.last.command).toEqual({ type: 'leave', quickly: false });
    expect(line.disconnects).toBe(0);
    line.last.answer({ type: 'done' });
    await settle();
    expect(line.disconnects).toBe(1);
  });

  it('quickly says that it was quick, and tells when that is known', async () => {
    const { line, session } = openSession();
    let told = false;
    void session.leaveQuickly().then(() => (told = true));
    expect(line.last.command).toEqual({ type: 'leave', quickly: true });
    expect(session.ending).toEqual({ kind: 'closed', reason: 'left_quickly' });
    await settle();
    expect(told).toBe(false);
    line.last.answer({ type: 'done' });
    await settle();
    expect(told).toBe(true);
  });

  it('for everyone is over when the gateway says so, and only then', async () => {
    const { line, session } = openSession();
    const busy = session.end();
    expect(line.last.command).toEqual({ type: 'end_session' });
    line.last.answer({ type: 'refused', code: 'busy', message: '' });
    expect([await busy, session.state]).toEqual([false, 'open']);
    const done = session.end();
    line.last.answer({ type: 'done' });
    expect([await done, session.state]).toEqual([true, 'closed']);
    expect(session.ending).toEqual({ kind: 'closed', reason: 'session_ended' });
    expect(line.disconnects).toBe(1);
  });

  it('for everyone is not possible without a line', async () => {
    const { line, session } = openSession();
    line.listener?.dropped();
    expect([await session.end(), session.state]).not.toContain('closed');
  });

  it('needs no line', async () => {
    const { line, session } = openSession();
    line.listener?.dropped();
    session.leave();
    await settle();
    expect(session.ending).toEqual({ kind: 'closed', reason: 'left' });
    expect(line.sent).toEqual([]);
  });

  it('hears nothing any more', () => {
    const { line, session } = openSession();
    session.leave();
    line.tell({ type: 'participant_left', id: 'other', reason: 'left' });
    expect(session.room.roster).toHaveLength(2);
  });
});

describe('the room', () => {
  it('follows who comes, changes and goes', () => {
    const { line, session } = openSession();
    line.tell({ type: 'participant_changed', participant: person('other', { camera: true }) });
    line.tell({ type: 'participant_changed', participant: person('third') });
    expect(session.room.roster.map(({ id, camera }) => [id, camera])).toEqual([
      ['me', false],
      ['other', true],
      ['third', false],
    ]);
    line.tell({ type: 'participant_left', id: 'other', reason: 'left' });
    expect(session.room.roster.map(({ id }) => id)).toEqual(['me', 'third']);
  });

  it('remembers why the last one to go has gone, until someone comes', () => {
    const { line, session } = openSession();
    expect(session.room.departed).toBe(null);
    line.tell({ type: 'participant_left', id: 'other', reason: 'left_quickly' });
    expect(session.room.departed).toBe('left_quickly');
    line.tell({ type: 'participant_changed', participant: person('other') });
    expect(session.room.departed).toBe(null);
  });

  it("tells when it was first entered in this machine's time", () => {
    const { session, timers } = openSession();
    expect(session.room.startedAt).toBe(timers.now() - 60_000);
  });
});
