/** Tells the gateway every five seconds how one's own line is. What cannot be told is not told later. */

import { type Freezes, together } from './freeze-watch';
import { type Beside, readSnapshot, reduceQuality, type Snapshot } from './quality';
import type { Reconnects } from './reconnects';
import type { IcePath, Reply, ReportQuality } from '../protocol/wire';

const EVERY_MS = 5_000;
/** How often it is looked whether voices and pictures still ought to come. */
const LOOK_MS = 500;

/** A picture on the page. */
export interface Followed {
  take(): Freezes;
}

export interface QualityReportsOptions {
  /** The statistics of a media path that is up; null while there is none. */
  readonly stats: () => Promise<Iterable<[string, unknown]> | null>;
  /** The sections on which somebody's voice ought to come. */
  readonly voices: () => ReadonlySet<string>;
  /** Whether the pictures on the page ought to move. */
  readonly moving: () => boolean;
  readonly pictures: ReadonlySet<Followed>;
  readonly reconnects: Reconnects;
  /** Rejects without a connection. */
  readonly send: (report: ReportQuality) => Promise<Reply>;
  readonly now: () => number;
}

export class QualityReports {
  private before: Snapshot | null = null;
  private told: IcePath | null = null;
  private voices: ReadonlySet<string> | null = null;
  private still = false;
  private due = 0;
  private busy = false;
  private timer: number | null = null;

  constructor(private readonly options: QualityReportsOptions) {}

  start(): void {
    this.due = this.options.now() + EVERY_MS;
    this.timer ??= window.setInterval(() => void this.look(), LOOK_MS);
  }

  stop(): void {
    if (this.timer !== null) window.clearInterval(this.timer);
    this.timer = null;
  }

  /** Look around; report when it is time. */
  async look(): Promise<void> {
    const voices = this.options.voices();
    this.voices = this.voices === null ? voices : common(this.voices, voices);
    this.still ||= !this.options.moving();
    const now = this.options.now();
    if (now < this.due || this.busy) return;
    this.due = now + EVERY_MS;
    this.busy = true;
    await this.report().catch(() => undefined);
    this.busy = false;
  }

  private async report(): Promise<void> {
    const stats = await this.options.stats();
    // Without a path nothing is told, and what was counted goes into the next report.
    if (stats === null) return;
    const { before } = this;
    const after = readSnapshot(stats, this.options.now());
    this.before = after;
    const freezes = this.freezes();
    const voices = this.voices ?? new Set<string>();
    this.voices = null;
    if (before === null) return;
    const reconnects = this.options.reconnects.untold;
    const beside: Beside = { voices, freezes, told: this.told, reconnects };
    const report = reduceQuality(before, after, beside);
    if (report === null) return;
    const reply = await this.options.send(report);
    if (reply.type !== 'done') return;
    this.told = report.path ?? this.told;
    this.options.reconnects.handleTold(reconnects);
  }

  /** What all pictures did; a window in which one ought to stand still says nothing. */
  private freezes(): Freezes | null {
    const all = together([...this.options.pictures].map((picture) => picture.take()));
    const { still } = this;
    this.still = false;
    return still ? null : all;
  }
}

function common(one: ReadonlySet<string>, other: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...one].filter((each) => other.has(each)));
}
