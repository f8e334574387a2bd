/**
 * How long each phase of a join took. Waiting for the other person is not joining: what the other's
 * sound and picture took is counted from when they could first have arrived.
 */

import type { JoinPhase } from '../protocol/wire';

type Milestone = 'seated' | 'permitted' | 'welcomed' | 'connected' | 'heard' | 'seen';

/** The longest the gateway takes; beyond it a figure says nothing. */
const LONGEST_MS = 600_000;

export class JoinClock {
  private readonly marks = new Map<Milestone, number>();
  private expected: number | null = null;

  /** `tap`: when the person entered, in ms of any monotonic clock; `tokenMs`: what the seat took. */
  constructor(
    private readonly tap: number,
    private readonly tokenMs: number | null,
  ) {}

  /** Only the first time counts. */
  mark(milestone: Milestone, now: number): void {
    if (!this.marks.has(milestone)) this.marks.set(milestone, now);
  }

  /** Somebody else's media has a slot here: from now on it may arrive. */
  expect(now: number): void {
    this.expected ??= now;
  }

  /** From the tap to now. */
  since(now: number): number {
    return now - this.tap;
  }

  phases(): Partial<Record<JoinPhase, number>> {
    const connected = this.marks.get('connected');
    const from = connected === undefined ? null : Math.max(connected, this.expected ?? connected);
    const own = connected === undefined ? null : connected - this.tap;
    const heard = this.arrival('heard', from);
    const seen = this.arrival('seen', from);
    const last = seen ?? heard;
    return this.known({
      token: this.tokenMs,
      permission: this.between(this.tap, 'permitted'),
      signalling: this.between(this.tap, 'welcomed'),
      ice: this.between(this.marks.get('welcomed') ?? this.tap, 'connected'),
      first_audio: heard,
      first_frame: seen,
      total: own === null || last === null ? null : own + last,
    });
  }

  private arrival(milestone: Milestone, from: number | null): number | null {
    const mark = this.marks.get(milestone);
    return mark === undefined || from === null ? null : Math.max(0, mark - from);
  }

  private between(from: number, milestone: Milestone): number | null {
    const mark = this.marks.get(milestone);
    return mark === undefined ? null : Math.max(0, mark - from);
  }

  private known(phases: Record<JoinPhase, number | null>): Partial<Record<JoinPhase, number>> {
    const entries = Object.entries(phases).filter(
      (entry): entry is [string, number] =>
        entry[1] !== null && Number.isFinite(entry[1]) && entry[1] <= LONGEST_MS,
    );
    return Object.fromEntries(entries);
  }
}
