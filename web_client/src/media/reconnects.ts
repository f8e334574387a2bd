/** Each time the media path was lost and came back, and why as far as a page can tell. Pure. */

import type { Reconnect, ReconnectCause } from '../protocol/wire';

/** What is said so long before a loss may have caused it. */
const BEFORE_MS = 3_000;
/** More than a page goes through between two reports; the gateway takes no more. */
const MOST = 8;

/** The surest first: a gateway that stops says so; a page that was hidden only may have slept. */
const ORDER: readonly Exclude<ReconnectCause, 'network'>[] = ['server', 'device', 'page_hidden'];

export class Reconnects {
  private wasUp = false;
  private lostAt: number | null = null;
  private readonly heard = new Map<ReconnectCause, number>();
  private hidden = false;
  private done: Reconnect[] = [];

  /** Something happened that media paths die of. */
  handleCause(cause: 'server' | 'device', now: number): void {
    this.heard.set(cause, now);
  }

  /** The page went out of sight, or came back. */
  handleHidden(hidden: boolean, now: number): void {
    this.hidden = hidden;
    this.heard.set('page_hidden', now);
  }

  /** The path is up, or is not. */
  handleLink(up: boolean, now: number): void {
    if (!up) {
      if (this.wasUp) this.lostAt ??= now;
      return;
    }
    this.wasUp = true;
    if (this.lostAt === null) return;
    const reconnect = { cause: this.cause(this.lostAt), took_ms: now - this.lostAt };
    this.done = [...this.done, reconnect].slice(-MOST);
    this.lostAt = null;
  }

  /** Why the path is down, as far as can be told by now; null while it is not. */
  get losing(): ReconnectCause | null {
    return this.lostAt === null ? null : this.cause(this.lostAt);
  }

  /** Those not told yet. */
  get untold(): readonly Reconnect[] {
    return this.done;
  }

  /** These were told. */
  handleTold(told: readonly Reconnect[]): void {
    this.done = this.done.filter((one) => !told.includes(one));
  }

  private cause(lostAt: number): ReconnectCause {
    const since = lostAt - BEFORE_MS;
    const found = ORDER.find((cause) => (this.heard.get(cause) ?? -Infinity) >= since);
    return found ?? (this.hidden ? 'page_hidden' : 'network');
  }
}
