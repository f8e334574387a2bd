import { describe, expect, it } from 'vitest';

import { about, readHouse, urgencyKey } from '../../src/ui/house';

const HELD = {
  alert: 'JoinFailing',
  severity: 'page',
  value: 0.08,
  bar: 0.05,
  for_s: 130,
  raised: false,
};
const CAPACITY = { calls: 14, limit: 'media_cpu', measured: true };

describe('alerts', () => {
  it('are read, each with how long it holds and how soon to look', () => {
    const raised = { ...HELD, alert: 'RoomFault', severity: 'ticket', for_s: 0, raised: true };
    const { alerts } = readHouse({ alerts: [HELD, raised, { ...HELD, raised: true }] });
    expect(alerts).toEqual([
      { alert: 'JoinFailing', minutes: 2, raised: null },
      { alert: 'RoomFault', minutes: 0, raised: 'ticket' },
      { alert: 'JoinFailing', minutes: 2, raised: 'page' },
    ]);
    expect(alerts?.map(urgencyKey)).toEqual([
      'operator.alerts.held',
      'operator.alerts.ticket',
      'operator.alerts.page',
    ]);
  });

  it('that this page has no words for are left out', () => {
    expect(readHouse({ alerts: [{ ...HELD, alert: 'Unheard' }, 7, null] }).alerts).toEqual([]);
  });

  it('are not known where the gateway does not tell them', () => {
    for (const answer of [null, 'x', {}, { alerts: 3 }])
      expect(readHouse(answer).alerts).toBeNull();
  });
});

describe('room that is left', () => {
  it('is read with the limit that is nearest', () => {
    expect(readHouse({ capacity: CAPACITY }).capacity).toEqual(CAPACITY);
  });

  it.each([
    null,
    { ...CAPACITY, limit: 'patience' },
    { ...CAPACITY, calls: -1 },
    { ...CAPACITY, calls: NaN },
    { ...CAPACITY, calls: '14' },
  ])('is not known: %j', (capacity) => {
    expect(readHouse({ capacity }).capacity).toBeNull();
  });

  it.each([
    [0, 0],
    [19, 19],
    [24, 20],
    [49, 45],
    [137, 130],
  ])('is said about: %i is %i', (calls, said) => {
    expect(about(calls)).toBe(said);
  });
});
