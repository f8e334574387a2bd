import { afterEach, describe, expect, it } from 'vitest';

import { setLanguage } from '../../src/i18n/language';
import { heldWords, NOTHING_HELD } from '../../src/thread/held';

afterEach(() => setLanguage('zh-CN'));

describe('what waits, in words', () => {
  it.each([
    ['quiet', 0, '勿扰中 · 没有新消息等着', 'Do not disturb · nothing new is waiting'],
    ['quiet', 1, '勿扰中 · 有 1 条新消息等着', 'Do not disturb · 1 new message is waiting'],
    ['session', 3, '会谈中 · 有 3 条新消息等着', 'In session · 3 new messages are waiting'],
  ] as const)('%s, %i', (why, count, zh, en) => {
    setLanguage('zh-CN');
    expect(heldWords(why, count)).toBe(zh);
    setLanguage('en');
    expect(heldWords(why, count)).toBe(en);
  });

  it('is nothing for who holds nothing', () => {
    expect(NOTHING_HELD('rain')).toBeNull();
  });
});
