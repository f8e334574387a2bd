/**
 * Whether messages are held, as all windows of one browser know it.
 *
 * Rule 1: it is of the browser, not of a window: a client whom one window leaves in peace must not be shown
 * by another that somebody is there.
 * Rule 2: it is of one person. Whoever comes after them begins without it.
 */

import {
  endOf,
  isOn,
  isSitting,
  nextDeadline,
  NOT_QUIET,
  type Quiet,
  SITTING_MS,
  type Sitting,
  why,
  whyHeld,
} from './quiet';
import type { Timers } from '../protocol/returning';
import type { Why } from '../thread/held';

const SWITCH = 'desk.quiet';
const SESSION = 'desk.session';

/** What there is of a browser's storage; it may keep nothing. */
export interface Keeps {
  read(key: string): string | null;
  write(key: string, value: string | null): void;
}

export interface QuietOptions {
  readonly keeps: Keeps;
  readonly timers: Timers;
  readonly changed: () => void;
}

export class QuietKeeper {
  private person = '';
  private quiet: Quiet = NOT_QUIET;
  /** It is this window that is in the session. */
  private here = false;
  private timer: number | null = null;

  constructor(private readonly options: QuietOptions) {}

  /** When the switch goes off by itself; null while it is off. */
  get until(): number | null {
    return isOn(this.quiet, this.now) ? this.quiet.until : null;
  }

  get inSession(): boolean {
    return isSitting(this.quiet, this.now);
  }

  /** Why messages are held, of whomever; null for not at all. */
  get why(): Why | null {
    return why(this.quiet, this.now);
  }

  readonly whyHeld = (client: string): Why | null => whyHeld(this.quiet, client, this.now);

  /** It is known who is there. */
  begin(person: string): void {
    this.person = person;
    this.handleKept();
  }

  /** This window, or another one, has written. */
  handleKept(): void {
    const until = this.kept(SWITCH)?.until ?? null;
    const sitting = this.kept(SESSION);
    this.take({ until, sitting });
  }

  set(on: boolean): void {
    const until = on ? endOf(this.now) : null;
    this.keep(SWITCH, until === null ? null : { client: '', until });
    this.take({ ...this.quiet, until });
  }

  /** This window is in a session; said again as long as it is. */
  sit(client: string): void {
    this.here = true;
    const sitting = { client, until: this.now + SITTING_MS };
    this.keep(SESSION, sitting);
    this.take({ ...this.quiet, sitting });
  }

  /** This window is in none any more; another one may be. */
  rise(): void {
    if (!this.here) return;
    this.here = false;
    this.keep(SESSION, null);
    this.take({ ...this.quiet, sitting: null });
  }

  /** Nobody is there any more. */
  forget(): void {
    this.here = false;
    this.keep(SWITCH, null);
    this.keep(SESSION, null);
    this.take(NOT_QUIET);
  }

  close(): void {
    this.clearTimer();
  }

  private get now(): number {
    return this.options.timers.now();
  }

  private take(quiet: Quiet): void {
    this.quiet = quiet;
    this.clearTimer();
    const { timers } = this.options;
    const due = nextDeadline(quiet, this.now);
    if (due !== null) this.timer = timers.set(() => this.take(this.quiet), due - this.now);
    this.options.changed();
  }

  private clearTimer(): void {
    if (this.timer !== null) this.options.timers.clear(this.timer);
    this.timer = null;
  }

  private keep(key: string, what: Sitting | null): void {
    const value = what === null ? null : JSON.stringify({ person: this.person, ...what });
    this.options.keeps.write(key, value);
  }

  private kept(key: string): Sitting | null {
    const found = parse(this.options.keeps.read(key), this.person);
    if (found === null || found.until > this.now) return found;
    // Whose hour it was is not left lying about by a window that was killed.
    this.keep(key, null);
    return null;
  }
}

/** Somebody else's, or what is none, is nothing. */
function parse(text: string | null, whose: string): Sitting | null {
  try {
    const { person, client, until } = JSON.parse(text ?? '{}') as Partial<Record<string, unknown>>;
    const whole = typeof client === 'string' && typeof until === 'number';
    return whole && person === whose ? { client, until } : null;
  } catch {
    return null;
  }
}
