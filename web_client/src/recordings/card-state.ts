/** What a client may do with a recording of theirs, and in how many steps. Pure. */

import type { Medium, Purpose, RecordingSeen, TakeBack } from '../protocol/bodies';

/** What is being asked once more before it is done; nothing else happens meanwhile. */
export type Asking =
  | { readonly kind: 'purpose'; readonly purpose: Purpose }
  | { readonly kind: 'medium'; readonly medium: Medium }
  | { readonly kind: 'all' | 'now' };

/** How the card is to be read. */
export type Standing = 'here' | 'asked' | 'pending' | 'locked' | 'erased';

export function standingOf(seen: RecordingSeen): Standing {
  if (seen.stage === 'erased') return 'erased';
  if (seen.stage === 'locked') return 'locked';
  if (seen.asks_to_keep) return 'asked';
  return seen.stage === 'erasure_pending' ? 'pending' : 'here';
}

/** One use of several can be taken back alone; the last one goes with the recording. */
export function mayDrop(seen: RecordingSeen, of: 'purposes' | 'media'): boolean {
  return seen.may_take_back && seen[of].length > 1;
}

export function bodyOf(asking: Asking): TakeBack {
  switch (asking.kind) {
    case 'purpose':
      return { purposes: [asking.purpose] };
    case 'medium':
      return { media: [asking.medium] };
    case 'all':
      return {};
    case 'now':
      return { now: true };
  }
}
