/** From the link's token to a seat: POST /api/v1/seats, and where the seat is kept. */

import { type Answer, ask } from './rest';
import type { ExchangeToken, Seat } from './wire';

/** Ask for a seat. Called on the person's own tap and never before: link previews burn nothing. */
export function exchangeToken(token: string, send: typeof fetch = fetch): Promise<Answer<Seat>> {
  return ask('POST', 'seats', { token } satisfies ExchangeToken, { send });
}

/** Where a seat outlives a reload: this tab only. */
export interface SeatStore {
  load(): Seat | null;
  save(seat: Seat): void;
  clear(): void;
}

/** Over `sessionStorage`; `key` keeps the counsellor's seat apart from the client's. */
export function seatStore(storage: Storage, key: string): SeatStore {
  return {
    load: () => parseSeat(storage.getItem(key)),
    save: (seat) => storage.setItem(key, JSON.stringify(seat)),
    clear: () => storage.removeItem(key),
  };
}

/** For a page whose browser keeps no storage for it (an embedded page with storage blocked). */
export function memorySeatStore(): SeatStore {
  let held: Seat | null = null;
  return {
    load: () => held,
    save: (seat) => (held = seat),
    clear: () => (held = null),
  };
}

function parseSeat(text: string | null): Seat | null {
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isSeat(value) ? value : null;
  } catch {
    return null;
  }
}

function isSeat(value: unknown): value is Seat {
  if (typeof value !== 'object' || value === null) return false;
  const { seat, role, name } = value as Partial<Record<keyof Seat, unknown>>;
  return (
    typeof seat === 'string' &&
    typeof name === 'string' &&
    (role === 'client' || role === 'counsellor')
  );
}
