import { expect, it } from 'vitest';

import { refusalKind } from '../../src/ui/refusal-kind';

it('says a page’s code in words, and anything else no further than "not complete"', () => {
  expect(refusalKind('token_expired')).toBe('expired');
  expect(refusalKind('token_revoked')).toBe('revoked');
  expect(refusalKind('token_invalid')).toBe('invalid');
  expect(refusalKind('room_ended')).toBe('ended');
  expect(refusalKind('room_full')).toBe('full');
  expect(refusalKind('rate_limited')).toBe('busy');
  expect(refusalKind('not_found')).toBe('invalid');
  expect(refusalKind('origin_refused')).toBe('invalid');
});
