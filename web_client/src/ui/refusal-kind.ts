/** Which page a refusal becomes. Pure. */

import type { Code } from '../protocol/wire';

export type RefusalKind =
  | 'invalid'
  | 'absent'
  | 'expired'
  | 'revoked'
  | 'ended'
  | 'full'
  | 'busy'
  | 'unreachable'
  | 'elsewhere'
  | 'early';

const KINDS: Readonly<Partial<Record<Code, RefusalKind>>> = {
  token_expired: 'expired',
  seat_invalid: 'expired',
  token_revoked: 'revoked',
  signed_out: 'expired',
  not_now: 'early',
  room_ended: 'ended',
  room_full: 'full',
  seat_replaced: 'elsewhere',
  busy: 'busy',
  rate_limited: 'busy',
  too_many_connections: 'busy',
};

/** A code in the words for it. What is none of the person's business is "not complete". */
export function refusalKind(code: Code): RefusalKind {
  return KINDS[code] ?? 'invalid';
}
