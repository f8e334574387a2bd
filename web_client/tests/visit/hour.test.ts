import { describe, expect, it } from 'vitest';

import { setLanguage } from '../../src/i18n/language';
import type { Appointment } from '../../src/protocol/bodies';
import { arrivalOf, chooseHour, hourAfter, spanAt } from '../../src/visit/hour';
import { helloTo, nameOf, whatNow } from '../../src/visit/said';

const MINUTE = 60_000;
/** Noon here, so that an hour earlier or later is the same day wherever this runs. */
const NOON = new Date(2026, 10, 26, 12).getTime();
const DAY = 24 * 60 * MINUTE;

function hour(id: string, startsIn: number, given: Partial<Appointment> = {}): Appointment {
  const startsAt = NOON + startsIn * MINUTE;
  return {
    id,
    counsellor: { id: 'li', name: '李老师' },
    client: { id: 'rain', name: 'Rain' },
    starts_at: startsAt,
    ends_at: startsAt + 50 * MINUTE,
    minutes: 50,
    more_minutes: 0,
    late_minutes: 0,
    kind: 'session',
    stage: 'booked',
    arrived_at: null,
    begun_at: null,
    ended_at: null,
    outcome: null,
    confirmed_at: null,
    ...given,
  };
}

function chosen(...hours: Appointment[]): string | null {
  const choice = chooseHour(hours, NOON);
  return choice.kind === 'hour' ? choice.hour.id : null;
}

describe('the hour of a visit', () => {
  it('is the next one, however the list is sorted', () => {
    expect(chosen(hour('later', 300), hour('next', 40))).toBe('next');
  });

  it('is the one under way before the next', () => {
    expect(chosen(hour('now', -10, { stage: 'in_session' }), hour('next', 60))).toBe('now');
    expect(chosen(hour('now', -10), hour('next', 60))).toBe('now');
  });

  it('goes on past its end until somebody ends it, but not for ever', () => {
    const over = hour('over', -70, { stage: 'in_session' });
    expect(chosen(over, hour('next', 60))).toBe('over');
    expect(chosen(hour('over', -400, { stage: 'in_session' }), hour('next', 60))).toBe('next');
  });

  it('is the one that begins now when another one was never ended', () => {
    expect(chosen(hour('over', -70, { stage: 'interrupted' }), hour('now', 5))).toBe('now');
  });

  it('is not one that has ended', () => {
    expect(chosen(hour('ended', -10, { stage: 'ended', outcome: 'held' }))).toBeNull();
    expect(chooseHour([], NOON)).toEqual({ kind: 'none' });
  });

  it('is the one that was asked for, as long as it is to come', () => {
    const both = [hour('next', 60), hour('later', 300)];
    expect(chooseHour(both, NOON, 'later')).toEqual({ kind: 'hour', hour: both[1] });
    const off = [hour('next', 60), hour('later', 300, { stage: 'ended', outcome: 'cancelled' })];
    expect(chooseHour(off, NOON, 'later')).toEqual({ kind: 'hour', hour: off[0] });
  });

  it('may be one that was just missed, where nothing else is booked', () => {
    expect(chosen(hour('missed', -60))).toBe('missed');
    expect(chosen(hour('missed', -60), hour('next', 2_000))).toBe('next');
    expect(chosen(hour('missed', -200))).toBeNull();
  });
});

describe('an hour that was cancelled', () => {
  const cancelled = hour('off', 30, { stage: 'ended', outcome: 'cancelled' });

  it('is said on its day, with what comes next', () => {
    const next = hour('next', 7 * 24 * 60);
    expect(chooseHour([cancelled, next], NOON)).toEqual({
      kind: 'cancelled',
      hour: cancelled,
      next,
    });
    expect(chooseHour([cancelled], NOON)).toMatchObject({ kind: 'cancelled', next: null });
  });

  it('is not said where another is booked for the day, nor when its time is over', () => {
    expect(chosen(cancelled, hour('instead', 90))).toBe('instead');
    expect(chooseHour([cancelled], NOON + 81 * MINUTE)).toEqual({ kind: 'none' });
    expect(chooseHour([cancelled], NOON - DAY)).toEqual({ kind: 'none' });
  });
});

describe('the hour after one', () => {
  it('is the earliest that is still to come', () => {
    const hours = [hour('a', -60), hour('b', 9_000), hour('c', 5_000), hour('d', -200)];
    expect(hourAfter(hours, 'a', NOON)?.id).toBe('c');
    expect(hourAfter(hours, 'c', NOON)?.id).toBe('b');
  });

  it('is none that was cancelled', () => {
    const off = hour('b', 900, { stage: 'ended', outcome: 'cancelled' });
    expect(hourAfter([hour('a', -60), off], 'a', NOON)).toBeNull();
  });
});

describe('arriving', () => {
  it.each([
    [61, 'closed', 61],
    [60, 'early', 60],
    [40, 'early', 40],
    [15.5, 'early', 16],
    [15, 'on_time', 15],
    [0, 'on_time', 0],
    [-1, 'late', 0],
    [-120, 'late', 0],
  ])('%f minutes before is %s', (before, state, minutes) => {
    expect(arrivalOf(hour('a', before), NOON)).toMatchObject({ state, minutes });
  });

  it('says when the door opens', () => {
    expect(arrivalOf(hour('a', 90), NOON).opensAt).toBe(NOON + 30 * MINUTE);
  });

  it('is not late for a counsellor who comes later', () => {
    const late = hour('a', -3, { late_minutes: 5 });
    expect(arrivalOf(late, NOON)).toMatchObject({ state: 'on_time', lateMinutes: 5 });
    expect(arrivalOf(late, NOON + 3 * MINUTE)).toMatchObject({ state: 'late', lateMinutes: 0 });
  });

  it('is said in one sentence', () => {
    setLanguage('zh-CN');
    expect(helloTo(hour('a', 40), NOON)).toBe('您好。今天 12:40 和李老师有约。');
    expect(whatNow(hour('a', 40), NOON)).toBe('还有 40 分钟。');
    expect(whatNow(hour('a', 90), NOON)).toBe('12:30 起可以进来，不用在这里等。');
    expect(whatNow(hour('a', 60 * 24), NOON)).toContain('11月27日');
    expect(whatNow(hour('a', -5), NOON)).toBe('没关系，现在进来就好。');
    expect(whatNow(hour('a', 5, { late_minutes: 10 }), NOON)).toBe('李老师要晚 10 分钟，会来的。');
    setLanguage('en');
    expect(helloTo(hour('a', 40), NOON)).toContain('You’re meeting 李老师 at 12:40');
    expect(nameOf(hour('a', 40, { counsellor: { id: 'x', name: '' } }))).toBe('your counsellor');
  });
});

it('asks for hours that may still be open, and never before time began', () => {
  expect(spanAt(NOON)).toEqual({ since: NOON - DAY / 2, until: NOON + 60 * DAY });
  expect(spanAt(5).since).toBe(0);
});
