/** The conversation's text: what is written, what arrives, and which way each goes. */

import { Outbox, type Outgoing } from './outbox';
import { Thread } from './thread';
import type { Timers } from './returning';
import type { UnsentStore } from './unsent';
import type { ChannelMessage, Code, Command, Reply, Text, TextAccepted, Welcome } from './wire';

/** An open "text" data channel. */
export interface TextChannel {
  send(data: string): void;
}

interface TextsOptions {
  send(command: Command): Promise<Reply>;
  changed(): void;
  /** The count of texts is out of step: a new connection tells the right one. */
  resync(): void;
  readonly timers: Timers;
  readonly unsent: UnsentStore | undefined;
}

/** Without an answer for this long the text is sent again, by the line rather than the channel. */
const ANSWER_MS = 4_000;
const MAX_CHARS = 2_000;
/** A text that the gateway puts off goes again after this long, doubled each time; the last time it
 * is given back to its writer. */
const PUT_OFF_MS = 1_000;
const PUT_OFFS = 5;
const PUT_OFF_CODES: ReadonlySet<Code> = new Set(['rate_limited', 'busy']);

export class Texts {
  private readonly thread = new Thread();
  private readonly outbox = new Outbox();
  private channel: TextChannel | null = null;
  private you = '';
  private name = '';
  private putOffs = 0;
  private hadChannel = false;
  private open = false;
  private sent: number | null = null;
  private timer: number | null = null;
  private replaying = false;

  constructor(private readonly options: TextsOptions) {
    this.outbox.restore(options.unsent?.load() ?? []);
  }

  get after(): number {
    return this.thread.after;
  }

  get hasChannel(): boolean {
    return this.channel !== null;
  }

  /** Names the text that `after` counts in; empty before the first welcome. */
  get log(): string {
    return this.name;
  }

  /** In the room's order; with `sender` and `at` by the gateway's word. */
  get texts(): readonly Text[] {
    return this.thread.texts;
  }

  /** One's own texts that are not in the room yet. */
  get waiting(): readonly Outgoing[] {
    return this.outbox.waiting;
  }

  write(body: string): void {
    const plain = body.trim().slice(0, MAX_CHARS);
    if (plain === '') return;
    this.outbox.add(plain);
    this.push();
    this.tell();
  }

  retry(key: number): void {
    this.outbox.retry(key);
    this.push();
    this.tell();
  }

  /** A connection stands: take what was missed, send what is owed. */
  resume(welcome: Welcome): void {
    if (this.name !== '' && this.name !== welcome.log) this.thread.begin(this.you, welcome.you);
    this.name = welcome.log;
    this.you = welcome.you;
    this.open = true;
    this.replaying = false;
    this.thread.fill(welcome.texts);
    this.outbox.resume(welcome.next_ref, welcome.log);
    this.forget();
    this.push();
    this.options.unsent?.save(this.outbox.unsent);
  }

  suspend(): void {
    this.open = false;
    this.forget();
  }

  close(): void {
    this.suspend();
    this.channel = null;
    this.outbox.abandon();
  }

  setChannel(channel: TextChannel | null): void {
    // What the gateway wrote into a channel that is gone may be lost, and nothing after it shows it.
    if (this.hadChannel && this.open) void this.replay(this.thread.after);
    this.hadChannel = true;
    this.channel = channel;
    // A text that went into a channel now gone may be lost: the line carries it again.
    if (channel === null && this.sent !== null) {
      this.forget();
      this.push();
    }
  }

  receive(text: Text): void {
    const gap = this.thread.receive(text);
    if (text.sender === this.you && this.outbox.accept(text.ref) !== null) this.moveOn(text.ref);
    if (gap !== null) void this.replay(gap);
    this.tell();
  }

  /** A message of the data channel. Throws on JSON that is none; the caller drops it. */
  receiveChannel(data: string): void {
    const message = JSON.parse(data) as ChannelMessage;
    if (message.type === 'text') this.receive(message);
    else this.handleReply(message, message.ref ?? this.sent);
  }

  private tell(): void {
    this.options.unsent?.save(this.outbox.unsent);
    this.options.changed();
  }

  private push(): void {
    if (!this.open || this.sent !== null) return;
    const text = this.outbox.head();
    if (text === null) return;
    this.sent = text.ref;
    // Kept with its ref before it goes: a reload meanwhile must not send it twice.
    this.options.unsent?.save(this.outbox.unsent);
    if (this.channel === null) this.pushByLine(text);
    else this.pushByChannel(this.channel, text);
  }

  private pushByChannel(channel: TextChannel, text: Command & { ref: number }): void {
    try {
      channel.send(JSON.stringify(text));
    } catch {
      this.pushByLine(text);
      return;
    }
    this.timer = this.options.timers.set(() => {
      this.timer = null;
      if (this.sent === text.ref) this.pushByLine(text);
    }, ANSWER_MS);
  }

  private pushByLine(text: Command & { ref: number }): void {
    this.options.send(text).then(
      (reply) => this.handleReply(reply, text.ref),
      // The answer did not come: if the connection stands, the same text goes again.
      () => {
        if (this.sent !== text.ref) return;
        this.forget();
        this.timer = this.options.timers.set(() => {
          this.timer = null;
          this.push();
        }, ANSWER_MS);
      },
    );
  }

  private handleReply(reply: Reply, ref: number | null): void {
    if (reply.type === 'text_accepted') this.handleAccepted(reply);
    else if (reply.type === 'refused' && ref !== null) {
      if (reply.code === 'text_out_of_order' || reply.code === 'not_in_room') {
        this.options.resync();
        return;
      }
      if (PUT_OFF_CODES.has(reply.code) && this.putOffs < PUT_OFFS) {
        this.putOff(ref);
        return;
      }
      this.outbox.refuse(ref, reply.code);
      this.moveOn(ref);
    }
    this.tell();
  }

  private putOff(ref: number): void {
    if (this.sent !== ref) return;
    this.clearTimer();
    const pause = PUT_OFF_MS * 2 ** this.putOffs++;
    this.timer = this.options.timers.set(() => {
      this.forget();
      this.push();
    }, pause);
  }

  private handleAccepted({ ref, seq, at }: TextAccepted): void {
    const body = this.outbox.accept(ref);
    if (body === null) return;
    const gap = this.thread.receive({ type: 'text', seq, at, ref, body, sender: this.you });
    if (gap !== null) void this.replay(gap);
    this.moveOn(ref);
  }

  private async replay(after: number): Promise<void> {
    if (this.replaying) return;
    this.replaying = true;
    try {
      const reply = await this.options.send({ type: 'replay', after });
      if (reply.type === 'replayed') this.thread.fill(reply.texts);
      this.tell();
    } catch {
      // The next welcome fills the gap.
    } finally {
      this.replaying = false;
    }
  }

  private moveOn(ref: number): void {
    if (this.sent === ref) {
      this.forget();
      this.putOffs = 0;
    }
    this.push();
  }

  private forget(): void {
    this.sent = null;
    this.clearTimer();
  }

  private clearTimer(): void {
    if (this.timer !== null) this.options.timers.clear(this.timer);
    this.timer = null;
  }
}
