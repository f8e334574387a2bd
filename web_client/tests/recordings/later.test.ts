import { afterEach, describe, expect, it } from 'vitest';

import { recording } from './fixtures';
import { setLanguage } from '../../src/i18n/language';
import type { LaterAsked } from '../../src/protocol/bodies';
import { laterText, laterWords } from '../../src/recordings/later-words';

const STARTED = new Date(2026, 1, 12, 19).getTime();
const NEXT_DAY = new Date(2026, 1, 13, 20).getTime();
const IN_A_WEEK = new Date(2026, 1, 19, 20).getTime();
const UNTIL = new Date(2027, 1, 12, 12).getTime();

const asked = (purpose: LaterAsked['purpose'] = 'teaching'): LaterAsked => ({
  purpose,
  until: UNTIL,
  stage: 'asked',
  terms: 'a'.repeat(64),
  version: '1',
  may_answer: true,
});
const seen = recording({ started_at: STARTED });

afterEach(() => setLanguage('zh-CN'));

describe('what a recording is asked for afterwards', () => {
  it('is of yesterday, or of its day', () => {
    expect(laterWords(seen, asked(), NEXT_DAY).title).toBe('昨天的录制，还可以用于教学吗？');
    const { title } = laterWords(seen, asked('research'), IN_A_WEEK);
    expect(title).toMatch(/^2月12日.*的录制，还可以用于研究吗？$/);
    setLanguage('en');
    expect(laterWords(seen, asked(), NEXT_DAY).title).toBe(
      'May yesterday’s recording be used for teaching as well?',
    );
  });

  it('says who asks, what is in it, for whom, until when, and that no is as good', () => {
    const text = laterText(laterWords(seen, asked(), NEXT_DAY));
    for (const part of [
      '李老师想把它也用于教学',
      '声音和画面',
      '学习心理咨询的人',
      '没有人能为教学播放它',
      '2027年2月12日',
      '随时可以收回',
      '不回答就是不同意',
    ])
      expect(text).toContain(part);
    expect(text.split('\n').slice(-2)).toEqual(['不同意', '同意']);
  });

  it('says what the law keeps, where it does', () => {
    const floor = new Date(2036, 1, 12, 12).getTime();
    const words = laterWords({ ...seen, floor_until: floor }, asked(), NEXT_DAY);
    expect(words.body.join('')).toContain('2036年2月12日');
    expect(laterWords(seen, asked(), NEXT_DAY).body).toHaveLength(words.body.length - 1);
  });

  it.each(['research', 'teaching'] as const)('says the same in English, for %s', (purpose) => {
    setLanguage('en');
    const text = laterText(laterWords(seen, asked(purpose), NEXT_DAY));
    expect(text).toContain(`would like to use it for ${purpose} too`);
    expect(text).toContain(`nobody can play it here for ${purpose}`);
    expect(text).toContain('no answer is a no');
    expect(text).not.toMatch(/[{}]/);
  });

  it('has one text for the same, and another for anything else', () => {
    const text = (changes: Partial<LaterAsked>) =>
      laterText(laterWords(seen, { ...asked(), ...changes }, NEXT_DAY));
    expect(text({})).toBe(text({ terms: 'b'.repeat(64) }));
    expect(text({ purpose: 'research' })).not.toBe(text({}));
    expect(text({ until: UNTIL + 86_400_000 })).not.toBe(text({}));
  });
});
