import { describe, expect, it } from 'vitest';

import { Arranging } from '../../src/booking/arranging';
import { byDay, placeOf } from '../../src/booking/days';
import type { Answer, How, Method } from '../../src/protocol/rest';
import type { BookingCard } from '../../src/protocol/wire';

/** Friday, 27 November 2026, ten in the morning, local time. */
const NOW = new Date(2026, 10, 27, 10).getTime();
const HOUR = 3_600_000;
const TIMES = [30, 54, 55, 130].map((hours) => ({ starts_at: NOW + hours * HOUR, minutes: 50 }));
const [FIRST, SECOND] = TIMES.map(({ starts_at }) => starts_at) as [number, number];
const CARD: BookingCard = {
  booking: 'b1',
  revision: 3,
  done: 'agree',
  by: 'counsellor',
  stage: 'confirmed',
  about: null,
  named: null,
  agreed: null,
  end: null,
  session: 's1',
  late: false,
};

interface Asked {
  readonly method: Method;
  readonly path: string;
  readonly body: unknown;
  readonly key: string | undefined;
}

/** A gateway that answers as the test says. */
function place() {
  const asked: Asked[] = [];
  const answers: Answer<unknown>[] = [];
  const free: Answer<unknown> = {
    kind: 'done',
    said: { items: TIMES, zone: 'Asia/Shanghai', notice_minutes: 0 },
  };
  const ask = (method: Method, path: string, body?: unknown, how: How = {}) => {
    asked.push({ method, path, body, key: how.key });
    return Promise.resolve((answers.shift() ?? free) as Answer<never>);
  };
  let keys = 0;
  const arranging = new Arranging({
    thread: 't1',
    changed: () => undefined,
    ask,
    now: () => NOW,
    id: () => `key-${(keys += 1)}`,
  });
  return { arranging, asked, answers };
}

const DONE: Answer<unknown> = { kind: 'done', said: {} };
const TAKEN: Answer<unknown> = { kind: 'refused', code: 'taken' };
const AWAY: Answer<unknown> = { kind: 'unreachable' };

describe('arranging an hour', () => {
  it('shows what is free, and what is meant first', async () => {
    const { arranging, asked } = place();
    await arranging.open('我想约周日晚上');
    expect(asked[0]?.path).toBe(`threads/t1/free-times?since=${NOW}`);
    expect(arranging.state).toMatchObject({
      kind: 'choosing',
      times: TIMES,
      first: NOW + 55 * HOUR,
    });
  });

  it('shows the day that is meant where nothing is free at that time of it', async () => {
    const { arranging } = place();
    await arranging.open('周日早上');
    expect(arranging.state).toMatchObject({ first: NOW + 54 * HOUR });
    await arranging.open('周一');
    expect(arranging.state).toMatchObject({ first: NOW + 130 * HOUR });
  });

  it('asks for the time that is tapped, once', async () => {
    const { arranging, asked, answers } = place();
    await arranging.open();
    answers.push(DONE);
    await Promise.all([arranging.choose(FIRST), arranging.choose(FIRST)]);
    expect(asked.slice(1)).toEqual([
      { method: 'POST', path: 'threads/t1/bookings', body: { starts_at: FIRST }, key: 'key-1' },
    ]);
    expect(arranging.state.kind).toBe('idle');
  });

  it('says a tap that was not answered under the same key', async () => {
    const { arranging, asked, answers } = place();
    await arranging.open();
    answers.push(AWAY, AWAY, DONE);
    await arranging.choose(FIRST);
    expect(arranging.state).toMatchObject({ note: 'away', sending: false });
    await arranging.choose(SECOND);
    await arranging.choose(SECOND);
    expect(asked.slice(1).map(({ key }) => key)).toEqual(['key-1', 'key-2', 'key-2']);
  });

  it('offers the nearest when somebody was quicker', async () => {
    const { arranging, asked, answers } = place();
    await arranging.open();
    const near = TIMES.slice(1);
    answers.push(TAKEN, { kind: 'done', said: { items: near, zone: null, notice_minutes: 0 } });
    await arranging.choose(FIRST);
    expect(asked.at(-1)?.path).toBe(`threads/t1/free-times?near=${FIRST}`);
    expect(arranging.state).toMatchObject({ note: 'taken', times: near });
  });

  it('takes away what cannot be had any more', async () => {
    const { arranging, answers } = place();
    await arranging.open();
    answers.push({ kind: 'refused', code: 'not_now' });
    await arranging.choose(FIRST);
    expect(arranging.state).toMatchObject({ note: 'not_now', times: TIMES.slice(1) });
  });

  it('names another time for the card it was opened from', async () => {
    const { arranging, asked, answers } = place();
    await arranging.open('', CARD);
    answers.push(DONE);
    await arranging.choose(SECOND);
    expect(asked.at(-1)).toMatchObject({
      path: 'threads/t1/bookings/b1/acts',
      body: { act: 'suggest', revision: 3, starts_at: SECOND },
    });
  });

  it('answers a card by its revision, and says why it could not', async () => {
    const { arranging, asked, answers } = place();
    answers.push({ kind: 'refused', code: 'not_now' });
    await arranging.answer(CARD, 'cancel');
    expect(asked[0]?.body).toEqual({ act: 'cancel', revision: 3 });
    expect(arranging.trouble).toBe('old');
    answers.push(AWAY);
    await arranging.answer(CARD, 'agree');
    expect(arranging.trouble).toBe('away');
    answers.push(DONE);
    await arranging.answer(CARD, 'agree');
    expect(arranging.trouble).toBeNull();
  });

  it('shows nothing of what was closed meanwhile', async () => {
    const { arranging } = place();
    const opening = arranging.open();
    arranging.close();
    await opening;
    expect(arranging.state.kind).toBe('idle');
  });
});

describe('free times', () => {
  it('are of the day they are on, here', () => {
    expect(byDay(TIMES).map(({ times }) => times.length)).toEqual([1, 2, 1]);
  });

  it('are shown from the day that holds the one that is meant', () => {
    const days = byDay(TIMES);
    expect(placeOf(days, NOW + 130 * HOUR)).toBe(2);
    expect(placeOf(days, null)).toBe(0);
    expect(placeOf(days, 1)).toBe(0);
  });
});
