import { describe, expect, it } from 'vitest';

import {
  type Draft,
  draftOf,
  EMPTY,
  firstMissing,
  missingIn,
  plainPhone,
  planOf,
  type Step,
  stepAfter,
  stepBefore,
  todayOf,
} from '../../src/visit/draft';

const GIVEN: Draft = {
  place: ' 湖滨路 1 号 ',
  phone: '138 0000 1234',
  contactName: '小雨',
  contactPhone: '+86 (571) 8888-0000',
  caller: 'counsellor',
  near: 'not_sure',
};

describe('the questions', () => {
  it('come one after the other, and Back leads through all of them', () => {
    const forth: (Step | null)[] = ['place'];
    for (let step: Step | null = 'place'; step !== null;) forth.push((step = stepAfter(step)));
    expect(forth).toEqual(['place', 'phone', 'contact', 'near', 'mood', null]);
    const back: (Step | null)[] = ['mood'];
    for (let step: Step | null = 'mood'; step !== null;) back.push((step = stepBefore(step)));
    expect(back).toEqual(['mood', 'near', 'contact', 'phone', 'place', null]);
  });

  it('leave out the contact when all is as last time, but never who calls and who hears', () => {
    expect(stepAfter('place', true)).toBe('phone');
    expect(stepAfter('phone', true)).toBe('near');
    expect(stepAfter('near', true)).toBe('mood');
  });

  it('need an answer each, but for how one feels', () => {
    expect(missingIn('place', EMPTY)).toEqual(['place']);
    expect(missingIn('phone', EMPTY)).toEqual(['phone', 'caller']);
    expect(missingIn('contact', EMPTY)).toEqual(['contactName', 'contactPhone']);
    expect(missingIn('near', EMPTY)).toEqual(['near']);
    expect(missingIn('mood', EMPTY)).toEqual([]);
    expect(firstMissing(GIVEN)).toBeNull();
    expect(firstMissing({ ...GIVEN, contactPhone: '' })).toBe('contact');
  });

  it.each(['', '  ', 'x'.repeat(301)])('takes no place like %j', (place) => {
    expect(missingIn('place', { ...GIVEN, place })).toEqual(['place']);
  });

  it.each(['', '12', '  1 ', 'call me', '1'.repeat(41), '138<0000'])(
    'takes no number like %j',
    (phone) => {
      expect(missingIn('phone', { ...GIVEN, phone })).toEqual(['phone']);
    },
  );

  it('takes a number as a Chinese keyboard writes it', () => {
    expect(plainPhone(' ＋８６（５７１）８８８８－００００ ')).toBe('+86(571)8888-0000');
    expect(missingIn('phone', { ...GIVEN, phone: '１３８–００００' })).toEqual([]);
  });
});

describe('what is sent', () => {
  it('is today’s place, trimmed, once all of it is there', () => {
    expect(todayOf(GIVEN)).toEqual({
      place: '湖滨路 1 号',
      phone: '138 0000 1234',
      contact_name: '小雨',
      contact_phone: '+86 (571) 8888-0000',
      near: 'not_sure',
    });
    expect(todayOf({ ...GIVEN, near: null })).toBeNull();
    expect(todayOf({ ...GIVEN, contactName: ' ' })).toBeNull();
  });

  it.each([
    ['counsellor', true],
    ['client', false],
    ['nobody', false],
  ] as const)('is a plan in which %s calls, safe: %s', (caller, safe) => {
    expect(planOf({ ...GIVEN, caller })).toEqual({
      caller,
      phone: '138 0000 1234',
      call_is_safe: safe,
      wait_s: 30,
    });
  });

  it('is no plan until somebody chose', () => {
    expect(planOf({ ...GIVEN, caller: null })).toBeNull();
  });

  it('comes back as answers that can be changed', () => {
    const back = { ...EMPTY, ...draftOf(todayOf(GIVEN), planOf(GIVEN)) };
    expect(back).toEqual({ ...GIVEN, place: '湖滨路 1 号' });
    expect(draftOf(null, null)).toEqual({});
  });
});
