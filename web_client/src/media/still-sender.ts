/** Sends stills of one's own camera while they are due, and not a chunk longer. */

import { StillPacer } from './still-pacer';
import { StillSize, type Step } from './still-size';

export interface StillSenderOptions {
  /** The camera's picture now, encoded; null where there is none. */
  readonly take: (step: Step) => Promise<Uint8Array<ArrayBuffer> | null>;
  /** Something waits on the channels, or they are not open. */
  readonly held: () => boolean;
  readonly send: (chunk: Uint8Array<ArrayBuffer>) => void;
  /** Call back after so many ms; returns how to stop it. */
  readonly later: (callback: () => void, ms: number) => () => void;
  readonly now: () => number;
}

export class StillSender {
  private readonly pacer = new StillPacer();
  private readonly size = new StillSize();
  private stopTimer: (() => void) | null = null;
  /** Of this spell of sending; a still that was being taken when it ended is not sent. */
  private spell: object | null = null;

  constructor(private readonly options: StillSenderOptions) {}

  get on(): boolean {
    return this.spell !== null;
  }

  /** Begin or end; at once either way. */
  turn(on: boolean): void {
    if (on === this.on) return;
    this.spell = on ? {} : null;
    this.stopTimer?.();
    this.stopTimer = null;
    this.pacer.stop();
    if (this.spell !== null) void this.run(this.spell);
  }

  private async run(spell: object): Promise<void> {
    const { options, pacer } = this;
    if (pacer.wants(options.now())) {
      const image = await this.take(spell);
      if (spell !== this.spell) return;
      pacer.load(image, options.now());
    }
    const chunk = pacer.next(options.held(), options.now());
    if (chunk !== null) options.send(chunk);
    const now = options.now();
    this.stopTimer = options.later(() => void this.run(spell), pacer.nextDeadline(now) - now);
  }

  private async take(spell: object): Promise<Uint8Array<ArrayBuffer> | null> {
    const { budget } = this.pacer;
    for (;;) {
      const image = await this.options.take(this.size.step).catch(() => null);
      if (image === null || spell !== this.spell) return null;
      const next = this.size.handleSize(image.length, budget);
      if (next === 'take') return image;
      if (next === 'none') return null;
    }
  }
}
