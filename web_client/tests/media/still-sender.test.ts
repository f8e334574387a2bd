import { describe, expect, it } from 'vitest';

import { StillSender } from '../../src/media/still-sender';

/** A camera, a channel and a clock to hold still. */
class Bench {
  now = 0;
  held = false;
  taken = 0;
  readonly sent: { at: number; chunk: Uint8Array }[] = [];
  readonly sender: StillSender;
  private timers: { at: number; callback: () => void }[] = [];

  constructor(take: () => Uint8Array<ArrayBuffer> | null) {
    this.sender = new StillSender({
      take: () => {
        this.taken++;
        return Promise.resolve(take());
      },
      held: () => this.held,
      send: (chunk) => this.sent.push({ at: this.now, chunk }),
      later: (callback, ms) => {
        const timer = { at: this.now + ms, callback };
        this.timers.push(timer);
        return () => (this.timers = this.timers.filter((other) => other !== timer));
      },
      now: () => this.now,
    });
  }

  get waiting(): number {
    return this.timers.length;
  }

  async run(ms: number): Promise<void> {
    const end = this.now + ms;
    for (;;) {
      for (let turn = 0; turn < 20; turn++) await Promise.resolve();
      const [next] = [...this.timers].sort((one, other) => one.at - other.at);
      if (next === undefined || next.at > end) break;
      this.timers = this.timers.filter((other) => other !== next);
      this.now = Math.max(this.now, next.at);
      next.callback();
    }
    this.now = end;
  }
}

describe('the sender of stills', () => {
  it('does nothing until it is turned on', async () => {
    const bench = new Bench(() => new Uint8Array(900));
    await bench.run(10_000);
    expect([bench.taken, bench.sent.length]).toEqual([0, 0]);
  });

  it('sends whole stills one after the other', async () => {
    const bench = new Bench(() => new Uint8Array(900));
    bench.sender.turn(true);
    await bench.run(9_000);
    expect(bench.taken).toBe(5);
    expect(bench.sent.map(({ chunk }) => [chunk[1], chunk[2]])).toEqual(
      [0, 1, 2, 3, 4].flatMap((still) => [0, 1, 2].map((index) => [still, index])),
    );
  });

  it('stops at once, mid-still and mid-capture, and leaves no timer', async () => {
    const bench = new Bench(() => new Uint8Array(3_600));
    bench.sender.turn(true);
    await bench.run(500);
    const before = bench.sent.length;
    expect(before).toBe(3);
    bench.sender.turn(false);
    expect(bench.waiting).toBe(0);
    await bench.run(5_000);
    bench.sender.turn(true);
    bench.sender.turn(false);
    await bench.run(5_000);
    expect(bench.sent).toHaveLength(before);
    expect(bench.waiting).toBe(0);
  });

  it('goes on trying with a camera that shows nothing yet', async () => {
    let image: Uint8Array<ArrayBuffer> | null = null;
    const bench = new Bench(() => image);
    bench.sender.turn(true);
    await bench.run(3_000);
    image = new Uint8Array(300);
    await bench.run(2_000);
    expect(bench.sent).toHaveLength(1);
  });

  it('waits for the channel', async () => {
    const bench = new Bench(() => new Uint8Array(600));
    bench.held = true;
    bench.sender.turn(true);
    await bench.run(1_000);
    expect(bench.sent).toEqual([]);
    bench.held = false;
    await bench.run(500);
    expect(bench.sent).toHaveLength(2);
  });
});
