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
  | 'elsewhere';

/** A code in the words for it. What is none of the person's business is "not complete". */
export function refusalKind(code: Code): RefusalKind {
  switch (code) {
    case 'token_expired':
    case 'seat_invalid':
      return 'expired';
    case 'token_revoked':
      return 'revoked';
    case 'room_ended':
      return 'ended';
    case 'room_full':
      return 'full';
    case 'seat_replaced':
      return 'elsewhere';
    case 'busy':
    case 'rate_limited':
    case 'too_many_connections':
      return 'busy';
    default:
      return 'invalid';
  }
}
