/** From the link's token to a seat: POST /api/v1/seats, and where the seat is kept. */

import type { Code, ExchangeToken, Problem, Seat } from './wire';

export type Exchange =
  | { readonly kind: 'seat'; readonly seat: Seat }
  | { readonly kind: 'refused'; readonly code: Code }
  | { readonly kind: 'unreachable' };

/** Ask for a seat. Called on the person's own tap and never before: link previews burn nothing. */
export async function exchangeToken(token: string, ask: typeof fetch = fetch): Promise<Exchange> {
  const body: ExchangeToken = { token };
  try {
    const response = await ask('/api/v1/seats', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
    });
    if (response.ok) return { kind: 'seat', seat: (await response.json()) as Seat };
    const code = await problemCode(response);
    // A 5xx without a code is a proxy's: the gateway itself is not there.
    if (code === null && response.status >= 500) return { kind: 'unreachable' };
    return { kind: 'refused', code: code ?? 'token_invalid' };
  } catch {
    return { kind: 'unreachable' };
  }
}

async function problemCode(response: Response): Promise<Code | null> {
  try {
    const problem = (await response.json()) as Partial<Problem>;
    return problem.code ?? null;
  } catch {
    return null;
  }
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
