import { beforeEach, describe, expect, it } from 'vitest';

import { clockWords, isPast, nudgeOf, nudgeWords, oneMore } from '../../src/desk/hour-clock';
import { setLanguage } from '../../src/i18n/language';

const MINUTE = 60_000;
const HOUR = { starts_at: 0, ends_at: 50 * MINUTE };

beforeEach(() => setLanguage('zh-CN'));

describe('the soft clock', () => {
  it.each([
    [-90_000, '2 分钟后开始'],
    [0, '还有 50 分钟'],
    [38 * MINUTE, '还有 12 分钟'],
    [49.5 * MINUTE, '还有 1 分钟'],
    [50 * MINUTE, '时间到了'],
    [53.5 * MINUTE, '超过 3 分钟'],
  ])('at %i says %s', (now, words) => {
    expect(clockWords(HOUR, now)).toBe(words);
  });

  it.each([
    [-MINUTE, 'none'],
    [39 * MINUTE, 'none'],
    [40 * MINUTE, 'ten'],
    [44.9 * MINUTE, 'ten'],
    [45 * MINUTE, 'five'],
    [50 * MINUTE, 'over'],
    [90 * MINUTE, 'over'],
  ])('at %i nudges: %s', (now, nudge) => {
    expect(nudgeOf(HOUR, now)).toBe(nudge);
  });

  it('goes back to the time there is when there is more', () => {
    const longer = { ...HOUR, ends_at: 60 * MINUTE };
    expect(nudgeOf(longer, 49 * MINUTE)).toBe('none');
    expect(clockWords(longer, 49 * MINUTE)).toBe('还有 11 分钟');
  });

  it('says a nudge in words, and nothing where there is none', () => {
    expect(nudgeWords('none')).toBe('');
    expect(nudgeWords('over')).toBe('时间到了。什么时候结束，由您决定。');
  });
});

describe('five minutes more', () => {
  it('go on what was given, up to an hour in all', () => {
    expect(oneMore({ stage: 'in_session', more_minutes: 0 })).toBe(5);
    expect(oneMore({ stage: 'interrupted', more_minutes: 55 })).toBe(60);
    expect(oneMore({ stage: 'in_session', more_minutes: 60 })).toBe(null);
  });

  it('are for a room that is open', () => {
    expect(oneMore({ stage: 'waiting', more_minutes: 0 })).toBe(null);
    expect(oneMore({ stage: 'ended', more_minutes: 0 })).toBe(null);
  });
});

describe('the panel for a danger', () => {
  it('stays for an hour after the end', () => {
    expect(isPast(null, 1e15)).toBe(false);
    expect(isPast(0, 60 * MINUTE)).toBe(false);
    expect(isPast(0, 60 * MINUTE + 1)).toBe(true);
  });
});
