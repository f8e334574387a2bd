/**
 * A gateway's text and the network before it, as bad as it gets, in virtual time: messages are lost,
 * doubled and overtake each other, lines break, channels open and close. Seeded.
 */

import { FakeTimers, person, welcome } from './fakes';
import { LineLost, type Line, type LineListener } from '../../src/protocol/line';
import { memorySeatStore } from '../../src/protocol/seats';
import { Session } from '../../src/protocol/session';
import type {
  ChannelMessage,
  Command,
  ConnectAuth,
  Event,
  Reply,
  SendText,
  Text,
} from '../../src/protocol/wire';

export interface Weather {
  readonly loss: number;
  readonly double: number;
  readonly delayMs: number;
  /** The share of texts that the gateway refuses for haste. */
  readonly haste: number;
}

const ACK_TIMEOUT_MS = 10_000;

export class World {
  readonly timers = new FakeTimers();
  readonly seats: SimulatedSeat[] = [];
  lines: Text[] = [];
  private readonly stored = new Map<string, Text[]>();

  constructor(
    readonly random: () => number,
    public weather: Weather,
    public log = 'log-one',
  ) {}

  enter(id: string): SimulatedSeat {
    const seat = new SimulatedSeat(this, id);
    this.seats.push(seat);
    seat.session.start();
    return seat;
  }

  nextRef(sender: string): number {
    return (this.stored.get(sender)?.length ?? 0) + 1;
  }

  /** As signaling/domain/messages.py has it. */
  store(sender: string, { ref, body }: SendText): Reply {
    const own = this.stored.get(sender) ?? [];
    const known = own[ref - 1];
    if (known !== undefined) return { type: 'text_accepted', ref, seq: known.seq, at: known.at };
    if (this.random() < this.weather.haste) return { type: 'refused', code: 'rate_limited', ref };
    if (ref !== own.length + 1) return { type: 'refused', code: 'text_out_of_order', ref };
    const seq = this.lines.length + 1;
    const line: Text = { type: 'text', seq, sender, ref, body, at: this.timers.now() };
    this.lines.push(line);
    this.stored.set(sender, [...own, line]);
    for (const seat of this.seats) seat.tell(line);
    return { type: 'text_accepted', ref, seq, at: line.at };
  }

  /** Carry something: never, once or twice, each after a time of its own. */
  carry(deliver: () => void): void {
    const { loss, double, delayMs } = this.weather;
    if (this.random() < loss) return;
    const later = (): void => void this.timers.set(deliver, 1 + delayMs * this.random());
    later();
    if (this.random() < double) later();
  }
}

/** One person's page, and the gateway's end of its lines. */
export class SimulatedSeat implements Line {
  readonly session: Session;
  private listener: LineListener | null = null;
  private connection = 0;
  private channel = 0;

  constructor(
    private readonly world: World,
    private id: string,
  ) {
    const seat = { seat: 'seat-one-0123456789', role: 'client', name: id } as const;
    const { timers, random } = world;
    this.session = new Session({ line: this, timers, random, seat, seats: memorySeatStore() });
  }

  get bodies(): string[] {
    return this.session.texts.texts.map(({ body }) => body);
  }

  listen(listener: LineListener): void {
    this.listener = listener;
  }

  connect(auth: ConnectAuth, patienceMs: number): void {
    const mine = ++this.connection;
    const { world } = this;
    let answered = false;
    world.carry(() => {
      if (mine !== this.connection || answered) return;
      answered = true;
      this.event(this.welcome(auth));
    });
    world.timers.set(() => {
      if (!answered) this.drop(mine);
    }, patienceMs);
  }

  disconnect(): void {
    this.connection += 1;
  }

  /** The line breaks; both ends know. */
  break(): void {
    this.drop(this.connection);
  }

  send(command: Command): Promise<Reply> {
    const mine = this.connection;
    return new Promise((resolve, reject) => {
      this.world.carry(() => {
        if (mine !== this.connection) return;
        const reply = this.answer(command);
        this.world.carry(() => mine === this.connection && resolve(reply));
      });
      this.world.timers.set(() => reject(new LineLost()), ACK_TIMEOUT_MS);
    });
  }

  /** The gateway begins anew: another text, and another id for the same person. */
  restartGateway(log: string, id: string): void {
    this.world.log = log;
    this.world.lines = [];
    this.id = id;
    this.break();
  }

  openChannel(): void {
    const mine = ++this.channel;
    this.session.setTextChannel({
      send: (data) =>
        this.world.carry(() => {
          if (mine !== this.channel) return;
          const reply = this.world.store(this.id, JSON.parse(data) as SendText);
          this.write(reply as ChannelMessage);
        }),
    });
  }

  closeChannel(): void {
    this.channel += 1;
    this.session.setTextChannel(null);
  }

  tell(line: Text): void {
    if (this.session.texts.hasChannel) this.write(line);
    else this.world.carry(() => this.event(line));
  }

  private write(message: ChannelMessage): void {
    const mine = this.channel;
    this.world.carry(() => {
      if (mine === this.channel) this.session.texts.receiveChannel(JSON.stringify(message));
    });
  }

  private answer(command: Command): Reply {
    if (command.type === 'send_text') return this.world.store(this.id, command);
    if (command.type !== 'replay') return { type: 'done' };
    const texts = this.world.lines.slice(command.after);
    return { type: 'replayed', texts };
  }

  private welcome(auth: ConnectAuth): Event {
    const { world, id } = this;
    const after = auth.log === '' || auth.log === world.log ? (auth.after ?? 0) : 0;
    return welcome({
      you: id,
      roster: [person(id)],
      texts: world.lines.slice(after),
      next_ref: world.nextRef(id),
      log: world.log,
    });
  }

  private event(event: Event): void {
    this.listener?.event(event);
  }

  private drop(connection: number): void {
    if (connection !== this.connection) return;
    this.connection += 1;
    this.listener?.dropped();
  }
}
