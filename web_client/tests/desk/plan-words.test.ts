import { beforeEach, describe, expect, it } from 'vitest';

import { nearWords, planWords } from '../../src/desk/plan-words';
import { setLanguage } from '../../src/i18n/language';
import type { PlanBody } from '../../src/protocol/bodies';

const PLAN: PlanBody = { caller: 'counsellor', phone: '138 0000 1234', call_is_safe: true };

beforeEach(() => setLanguage('zh-CN'));

describe('the plan for a cut line', () => {
  it('names who calls, after how long, and on which number', () => {
    expect(planWords(PLAN, '')).toEqual({
      lines: ['断线 30 秒后，您打给来访者：138 0000 1234'],
      call: '138 0000 1234',
      unsafe: false,
    });
    const client = planWords({ ...PLAN, caller: 'client', wait_s: 60 }, '');
    expect(client.lines).toEqual(['断线 60 秒后，来访者会打给您。']);
    expect(client.call).toBe(null);
  });

  it('says first that a call is not safe, and offers none', () => {
    const { lines, call, unsafe } = planWords({ ...PLAN, call_is_safe: false }, '139');
    expect(lines).toEqual(['请不要回拨：不安全。', '在这里等来访者回来。']);
    expect(call).toBe(null);
    expect(unsafe).toBe(true);
    const client = planWords({ ...PLAN, caller: 'client', call_is_safe: false }, '');
    expect(client.lines).toEqual(['请不要回拨：不安全。', '断线 30 秒后，来访者会打给您。']);
  });

  it('takes the number of today where the plan has none, and says when there is none', () => {
    expect(planWords({ ...PLAN, phone: '' }, '139 1').call).toBe('139 1');
    const none = planWords({ ...PLAN, phone: '' }, '');
    expect(none.call).toBe(null);
    expect(none.lines).toEqual(['断线 30 秒后，您打给来访者。还没有可以打的号码。']);
  });

  it('may be that nobody calls, or that nothing was agreed', () => {
    expect(planWords({ ...PLAN, caller: 'nobody' }, '1').lines).toEqual([
      '谁都不打电话，在这里等对方回来。',
    ]);
    expect(planWords(null, '138').lines).toEqual(['还没有约好断线时怎么办。']);
  });
});

describe('what was given', () => {
  it('says who is near', () => {
    expect(nearWords('not_sure')).toBe('说不准');
  });
});
