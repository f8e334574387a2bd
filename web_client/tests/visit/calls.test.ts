import { expect, it } from 'vitest';

import type { Code } from '../../src/protocol/wire';
import { troubleOf, visitRefusal } from '../../src/visit/calls';
import { languageOf } from '../../src/visit/human';

const refused = (code: Code) => troubleOf({ kind: 'refused', code });

it('says what stands in the way, and stays where trying again may help', () => {
  expect(troubleOf({ kind: 'done', said: null })).toBeNull();
  expect(troubleOf({ kind: 'unreachable' })).toEqual({ kind: 'unreachable' });
  expect(refused('rate_limited')).toEqual({ kind: 'busy' });
  expect(refused('malformed')).toEqual({ kind: 'unclear' });
  expect(refused('not_now')).toEqual({ kind: 'over' });
  expect(refused('room_ended')).toEqual({ kind: 'over' });
  expect(refused('signed_out')).toEqual({ kind: 'refused', why: 'absent' });
});

it('has no appointment for a browser nobody is known by', () => {
  expect(visitRefusal('signed_out')).toBe('absent');
  expect(visitRefusal('invitation_invalid')).toBe('invalid');
  expect(visitRefusal('busy')).toBe('busy');
});

it('has somebody’s words read in their language, where that is known', () => {
  expect(languageOf('慢慢来，Rain。')).toBe('zh-CN');
  expect(languageOf('Take your time — it’s fine.')).toBe('en');
  expect(languageOf('À bientôt')).toBe('');
});
