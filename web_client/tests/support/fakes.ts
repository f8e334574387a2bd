/** A line, a clock and a welcome that a test holds in its hand. */

import type { Line, LineListener } from '../../src/protocol/line';
import { LineLost } from '../../src/protocol/line';
import { memorySeatStore, type SeatStore } from '../../src/protocol/seats';
import type { Timers } from '../../src/protocol/returning';
import { Session } from '../../src/protocol/session';
import type { UnsentStore } from '../../src/protocol/unsent';
import type {
  Command,
  ConnectAuth,
  Event,
  ParticipantView,
  Reply,
  SendText,
  Text,
  Welcome,
} from '../../src/protocol/wire';

export class FakeTimers implements Timers {
  private time = 1_000_000;
  private next = 1;
  private readonly due = new Map<number, { at: number; callback: () => void }>();

  now(): number {
    return this.time;
  }

  set(callback: () => void, ms: number): number {
    this.due.set(this.next, { at: this.time + ms, callback });
    return this.next++;
  }

  clear(id: number): void {
    this.due.delete(id);
  }

  get pauses(): number[] {
    return [...this.due.values()].map(({ at }) => at - this.time);
  }

  /** Let `ms` pass; what falls due runs in order. */
  pass(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const first = [...this.due.entries()].sort(([, a], [, b]) => a.at - b.at)[0];
      if (first === undefined || first[1].at > end) break;
      this.due.delete(first[0]);
      this.time = first[1].at;
      first[1].callback();
    }
    this.time = end;
  }
}

interface Sent {
  readonly command: Command;
  answer(reply: Reply): void;
  lose(): void;
}

export class FakeLine implements Line {
  listener: LineListener | null = null;
  readonly auths: ConnectAuth[] = [];
  readonly patiences: number[] = [];
  readonly sent: Sent[] = [];
  disconnects = 0;

  listen(listener: LineListener): void {
    this.listener = listener;
  }

  connect(auth: ConnectAuth, patienceMs: number): void {
    this.auths.push(auth);
    this.patiences.push(patienceMs);
  }

  disconnect(): void {
    this.disconnects += 1;
  }

  send(command: Command): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.sent.push({
        command,
        answer: resolve,
        lose: () => reject(new LineLost()),
      });
    });
  }

  tell(event: Event): void {
    this.listener?.event(event);
  }

  /** The commands of one kind, in order, but for the names that are given them by chance. */
  texts(): Omit<SendText, 'id'>[] {
    return this.sent
      .map(({ command }) => command)
      .filter((command): command is SendText => command.type === 'send_text')
      .map(({ type, ref, body }) => ({ type, ref, body }));
  }

  get last(): Sent {
    const last = this.sent.at(-1);
    if (last === undefined) throw new Error('nothing was sent');
    return last;
  }
}

export function welcome(changes: Partial<Welcome> = {}): Welcome {
  return {
    type: 'welcome',
    seat: 'seat-two-0123456789',
    resumed: false,
    you: 'me',
    roster: [person('me'), person('other', { role: 'counsellor' })],
    texts: [],
    slots: 3,
    ice_servers: [],
    can_end: false,
    next_ref: 1,
    now: 5_000_000,
    started_at: 4_940_000,
    log: 'log-one',
    steady: false,
    ...changes,
  };
}

export function person(id: string, changes: Partial<ParticipantView> = {}): ParticipantView {
  return {
    id,
    role: 'client',
    name: id,
    presence: 'present',
    microphone: false,
    camera: false,
    link: 'none',
    rung: 'clear',
    cue: 'balanced',
    device_paused: 'none',
    waits: false,
    ...changes,
  };
}

export function text(seq: number, changes: Partial<Text> = {}): Text {
  return { type: 'text', seq, sender: 'other', ref: seq, body: `body ${seq}`, at: seq, ...changes };
}

export interface Rig {
  readonly line: FakeLine;
  readonly timers: FakeTimers;
  readonly seats: SeatStore;
  readonly session: Session;
}

export function makeSession(unsent?: UnsentStore): Rig {
  const line = new FakeLine();
  const timers = new FakeTimers();
  const seats = memorySeatStore();
  const seat = { seat: 'seat-one-0123456789', role: 'client', name: 'Rain' } as const;
  seats.save(seat);
  const session = new Session({
    line,
    timers,
    seats,
    seat,
    random: () => 0.5,
    ...(unsent === undefined ? {} : { unsent }),
  });
  return { line, timers, seats, session };
}

/** A session that has been let in. */
export function openSession(changes: Partial<Welcome> = {}): Rig {
  const rig = makeSession();
  rig.session.start();
  rig.line.tell(welcome(changes));
  return rig;
}

/** Let promises that are settled run their course. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}
