import { describe, expect, it } from 'vitest';

import {
  endOf,
  HOLDS,
  nextDeadline,
  NOT_QUIET,
  type Quiet,
  SITTING_MS,
  why,
  whyHeld,
} from '../../src/desk/quiet';

const HOUR = 3_600_000;
const NOW = new Date(2026, 10, 27, 16, 0).getTime();
const ON = { until: NOW + HOUR, sitting: null };
const WITH_RAIN = { client: 'rain', until: NOW + SITTING_MS };

/** Every case there is: the switch, the session, whose messages, and why they are held. */
const CASES: readonly (readonly [string, Quiet, string, string | null])[] = [
  ['off, in no session', NOT_QUIET, 'rain', null],
  ['off, in their own session', { until: null, sitting: WITH_RAIN }, 'rain', null],
  ['off, in another one’s session', { until: null, sitting: WITH_RAIN }, 'snow', 'session'],
  ['on, in no session', ON, 'rain', 'quiet'],
  ['on, in their own session', { ...ON, sitting: WITH_RAIN }, 'rain', 'quiet'],
  ['on, in another one’s session', { ...ON, sitting: WITH_RAIN }, 'snow', 'quiet'],
];

describe('what is held', () => {
  it.each(CASES)('%s', (_what, quiet, client, held) => {
    expect(whyHeld(quiet, client, NOW)).toBe(held);
  });

  it('has a rule for each, and no other', () => {
    expect(Object.values(HOLDS).flatMap((row) => Object.keys(row))).toHaveLength(CASES.length);
  });

  it('is everybody’s before it is known whose session it is', () => {
    const unknown = { until: null, sitting: { client: '', until: NOW + 1 } };
    expect(whyHeld(unknown, 'rain', NOW)).toBe('session');
  });

  it('says of all messages why: what was chosen before what only happens', () => {
    expect(why(NOT_QUIET, NOW)).toBeNull();
    expect(why({ until: null, sitting: WITH_RAIN }, NOW)).toBe('session');
    expect(why({ ...ON, sitting: WITH_RAIN }, NOW)).toBe('quiet');
  });

  it('is let go of by itself: in the morning, and where a session’s window is gone', () => {
    const both = { ...ON, sitting: WITH_RAIN };
    expect(nextDeadline(both, NOW)).toBe(WITH_RAIN.until);
    expect(whyHeld(both, 'snow', WITH_RAIN.until)).toBe('quiet');
    expect(nextDeadline(both, WITH_RAIN.until)).toBe(ON.until);
    expect(whyHeld(both, 'snow', ON.until)).toBeNull();
    expect(nextDeadline(both, ON.until)).toBeNull();
  });
});

describe('the morning that quiet ends in', () => {
  it.each([
    [16, 28],
    [0, 27],
    [2, 27],
    // Who is up so late means the whole night, not what is left of it.
    [4, 28],
    [6, 28],
  ])('begun at %i o’clock it is that of the %ith', (hour, day) => {
    const end = new Date(endOf(new Date(2026, 10, 27, hour, 30).getTime()));
    expect([end.getDate(), end.getHours(), end.getMinutes()]).toEqual([day, 6, 0]);
  });
});
