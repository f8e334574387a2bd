import { describe, expect, it } from 'vitest';

import { EMPTY } from '../../src/visit/draft';
import { Kept } from '../../src/visit/kept';
import { FakeStorage } from '../support/storage';

const GIVEN = {
  ...EMPTY,
  place: '湖滨路 1 号',
  phone: '138',
  contactName: '小雨',
  contactPhone: '139',
  caller: 'counsellor',
  near: 'nobody',
} as const;
const PLAN = { caller: 'client', phone: '138', call_is_safe: false, wait_s: 30 } as const;

function kept() {
  const [device, tab] = [new FakeStorage(), new FakeStorage()];
  return { device, tab, kept: new Kept(device, tab) };
}

describe('what the device remembers', () => {
  it('is nothing, unless that was ticked', () => {
    const { device, tab, kept: of } = kept();
    of.remember(false, GIVEN);
    expect([device.length, tab.length]).toEqual([0, 0]);
    expect(of.remembered()).toBeNull();
  });

  it('is the address, the numbers and the contact, and not who can hear or call', () => {
    const { device, kept: of } = kept();
    of.remember(true, GIVEN);
    const { place, phone, contactName, contactPhone } = GIVEN;
    expect(of.remembered()).toEqual({ place, phone, contactName, contactPhone });
    expect(device.getItem('visit.before')).not.toMatch(/nobody|counsellor/);
  });

  it('is gone when it is unticked', () => {
    const { device, kept: of } = kept();
    of.remember(true, GIVEN);
    of.remember(false, GIVEN);
    expect(device.length).toBe(0);
  });

  it.each(['', '{', 'null', '[]', '{"place":1}', '{"place":"a","phone":"b"}'])(
    'is nothing when it is %s',
    (text) => {
      const { device, kept: of } = kept();
      device.setItem('visit.before', text);
      expect(of.remembered()).toBeNull();
    },
  );
});

describe('what the tab keeps', () => {
  it('is the plan with the name it speaks of, to run without a line', () => {
    const { tab, kept: of } = kept();
    of.keepPlan({ plan: PLAN, name: '李老师' });
    expect(JSON.parse(tab.getItem('visit.plan') ?? '')).toEqual({ plan: PLAN, name: '李老师' });
  });

  it('is the hour, and no seat of another hour', () => {
    const { tab, kept: of } = kept();
    tab.setItem('seat.client', '{"seat":"old","role":"client","name":""}');
    of.enter('hour-1');
    expect(of.hour).toBe('hour-1');
    expect(tab.getItem('seat.client')).toBeNull();
  });

  it('is gone after the hour; what the device remembers stays', () => {
    const { tab, kept: of } = kept();
    of.remember(true, GIVEN);
    of.keepPlan({ plan: PLAN, name: '李老师' });
    of.enter('hour-1');
    of.leave();
    expect(tab.length).toBe(0);
    expect(of.remembered()).not.toBeNull();
  });
});

it('goes without any storage, and with one that is full', () => {
  const none = new Kept(null, null);
  none.remember(true, GIVEN);
  none.enter('hour-1');
  none.leave();
  expect([none.remembered(), none.hour]).toEqual([null, null]);
  const full = new FakeStorage();
  full.setItem = () => {
    throw new DOMException('full', 'QuotaExceededError');
  };
  expect(() => new Kept(full, full).remember(true, GIVEN)).not.toThrow();
});
