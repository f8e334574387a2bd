import { beforeEach, describe, expect, it } from 'vitest';

import {
  afterLook,
  aroundNow,
  beginsOn,
  dayBounds,
  isShownOn,
  mayBeLate,
  mayCancel,
  mayEnter,
  nextBooked,
  nextOf,
  placeWords,
  stageWords,
  withHour,
} from '../../src/desk/day';
import { setLanguage } from '../../src/i18n/language';
import type { Appointment } from '../../src/protocol/bodies';

const MINUTE = 60_000;
const NOON = new Date(2026, 10, 26, 12, 0).getTime();

beforeEach(() => setLanguage('zh-CN'));

function hourOf(change: Partial<Appointment> = {}): Appointment {
  return {
    id: 'h1',
    counsellor: { id: 'c1', name: '李老师' },
    client: { id: 'p1', name: '小林' },
    starts_at: 0,
    ends_at: 3_000_000,
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
    ...change,
  };
}

describe('the bounds of a day', () => {
  it('are midnight here, and the next', () => {
    const { since, until } = dayBounds(NOON);
    expect(new Date(since).getHours()).toBe(0);
    expect(new Date(since).getDate()).toBe(26);
    expect(new Date(until).getDate()).toBe(27);
    expect(dayBounds(since)).toEqual({ since, until });
    expect(dayBounds(until - 1)).toEqual({ since, until });
  });

  it('go on by days, over months and years', () => {
    const { since, until } = dayBounds(NOON);
    expect(dayBounds(since, 1).since).toBe(until);
    expect(dayBounds(since, -1).until).toBe(since);
    expect(new Date(dayBounds(NOON, 36).since).getFullYear()).toBe(2027);
  });
});

describe('what is shown of a night', () => {
  const today = dayBounds(NOON);
  const late = today.until - 10 * MINUTE;

  it('is asked for past midnight, before and after, and by day no further', () => {
    expect(aroundNow(today, NOON)).toEqual(today);
    expect(aroundNow(today, late)).toEqual({ since: today.since, until: late + 180 * MINUTE });
    const early = today.since + 10 * MINUTE;
    expect(aroundNow(today, early)).toEqual({ since: early - 180 * MINUTE, until: today.until });
  });

  it('is the hour that goes on, and the one that comes; not what was over yesterday', () => {
    const soon = hourOf({ starts_at: today.until + 5 * MINUTE });
    const goesOn = hourOf({ starts_at: today.since - 20 * MINUTE, stage: 'in_session' });
    const was = hourOf({ starts_at: today.since - 90 * MINUTE, stage: 'ended', outcome: 'held' });
    expect([soon, goesOn, was].map((hour) => isShownOn(today, hour))).toEqual([true, true, false]);
    expect([soon, goesOn, was].map((hour) => beginsOn(today, hour))).toEqual([false, false, false]);
    const ended = hourOf({ starts_at: NOON, stage: 'ended', outcome: 'held' });
    expect([isShownOn(today, ended), beginsOn(today, ended)]).toEqual([true, true]);
  });
});

describe('how far an hour is', () => {
  it.each([
    [{ stage: 'booked' }, '还没到'],
    [{ stage: 'waiting', arrived_at: NOON - 3.5 * MINUTE }, '到了 3 分钟'],
    [{ stage: 'waiting', arrived_at: NOON - 20_000 }, '刚到'],
    [{ stage: 'waiting', arrived_at: NOON + 5_000 }, '刚到'],
    [{ stage: 'admitted' }, '已请进'],
    [{ stage: 'in_session' }, '会谈中'],
    [{ stage: 'interrupted' }, '线路断了'],
    [{ stage: 'ended', outcome: 'held' }, '已结束'],
    [{ stage: 'ended', outcome: 'missed' }, '没有见面'],
    [{ stage: 'ended', outcome: 'cancelled' }, '已取消'],
  ] as const)('%j is %s', (change, words) => {
    expect(stageWords(hourOf(change), NOON)).toBe(words);
  });

  it('says whether a place is known, until it is over', () => {
    expect(placeWords(hourOf())).toBe('还没有确认今天在哪里。');
    expect(placeWords(hourOf({ confirmed_at: NOON }))).toBe('已确认今天在哪里。');
    expect(placeWords(hourOf({ stage: 'ended' }))).toBe('');
  });
});

describe('what can be done about an hour', () => {
  it('is going in from an hour before until it is over', () => {
    const hour = hourOf({ starts_at: NOON });
    expect(mayEnter(hour, NOON - 60 * MINUTE - 1)).toBe(false);
    expect(mayEnter(hour, NOON - 60 * MINUTE)).toBe(true);
    expect(mayEnter(hourOf({ starts_at: NOON, stage: 'ended' }), NOON)).toBe(false);
  });

  it('is being late or cancelling until the client was let in', () => {
    expect(mayBeLate(hourOf({ stage: 'waiting' }))).toBe(true);
    expect(mayBeLate(hourOf({ stage: 'admitted' }))).toBe(false);
    expect(mayCancel(hourOf({ stage: 'booked' }))).toBe(true);
    expect(mayCancel(hourOf({ stage: 'in_session' }))).toBe(false);
  });
});

describe('the next hour', () => {
  const over = hourOf({ id: 'over', stage: 'ended', ends_at: NOON + MINUTE });
  const missed = hourOf({ id: 'missed', ends_at: NOON - MINUTE });
  const soon = hourOf({ id: 'soon', ends_at: NOON + 60 * MINUTE });
  const waiting = hourOf({ id: 'waiting', stage: 'waiting' });
  const met = hourOf({ id: 'met', stage: 'interrupted' });

  it('is the first that is not over', () => {
    expect(nextOf([over, missed, soon], NOON)?.id).toBe('soon');
  });

  it('is rather one where somebody is', () => {
    expect(nextOf([soon, waiting], NOON)?.id).toBe('waiting');
    expect(nextOf([soon, waiting, met], NOON)?.id).toBe('met');
  });

  it('may not be', () => {
    expect(nextOf([over, missed], NOON)).toBe(null);
  });

  it('with a client is one of one’s own, booked, and to come', () => {
    const hours = [
      hourOf({ id: 'late', starts_at: NOON + 90 * MINUTE }),
      hourOf({ id: 'early', starts_at: NOON + 30 * MINUTE }),
      hourOf({ id: 'past', starts_at: NOON - MINUTE }),
      hourOf({ id: 'off', starts_at: NOON + MINUTE, stage: 'ended' }),
      hourOf({ id: 'other', starts_at: NOON + MINUTE, counsellor: { id: 'c2', name: '王老师' } }),
    ];
    expect(nextBooked(hours, 'c1', NOON)?.id).toBe('early');
    expect(nextBooked(hours, 'c3', NOON)).toBe(null);
  });
});

describe('looking again', () => {
  const booked = hourOf({ id: 'a', starts_at: NOON });
  const came = hourOf({ id: 'a', starts_at: NOON, stage: 'waiting', arrived_at: NOON - MINUTE });

  it('puts the hours in order', () => {
    const early = hourOf({ id: 'b', starts_at: NOON - MINUTE });
    expect(afterLook(null, [booked, early]).hours.map(({ id }) => id)).toEqual(['b', 'a']);
  });

  it('tells who has come, once', () => {
    expect(afterLook([booked], [came]).arrived).toEqual(['小林']);
    expect(afterLook([came], [came]).arrived).toEqual([]);
  });

  it('tells nothing the first time: everything is new', () => {
    expect(afterLook(null, [came]).arrived).toEqual([]);
  });

  it('takes one hour as it is now', () => {
    const other = hourOf({ id: 'b' });
    expect(withHour([booked, other], came)).toEqual([came, other]);
  });
});
