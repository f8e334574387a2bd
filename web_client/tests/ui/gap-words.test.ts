import { afterEach, describe, expect, it } from 'vitest';

import { setLanguage } from '../../src/i18n/language';
import type { Gap } from '../../src/media/timeline-parts';
import { clock, gapWords, lasted } from '../../src/ui/gap-words';

const GAP: Gap = {
  from: 65_000,
  to: 69_000,
  lasts: false,
  side: 'theirs',
  causes: ['network'],
  wordsMs: 0,
};

afterEach(() => {
  setLanguage('zh-CN');
});

describe('a gap in words', () => {
  it.each([
    ['zh-CN', {}, false, '断了 4 秒，对方那边：网络'],
    ['en', {}, false, '4 s, their side: network'],
    [
      'en',
      { side: 'yours', causes: ['device', 'away'] },
      false,
      '4 s, your side: device paused and connection lost',
    ],
    ['zh-CN', { side: 'both', causes: ['service'] }, false, '断了 4 秒，双方：服务这边'],
    ['en', { lasts: true }, false, 'Still going on, 4 s so far, their side: network'],
    ['en', { lasts: true }, true, 'Not back by the end, their side: network'],
  ] as const)('says in %s how long, whose side and why: %j', (language, more, over, words) => {
    setLanguage(language);
    expect(gapWords({ ...GAP, ...more }, over)).toBe(words);
  });

  it.each([
    [7_900, '0:07'],
    [187_000, '3:07'],
    [4_360_000, '72:40'],
  ])('stands at minute and second: %i', (ms, words) => {
    expect(clock(ms)).toBe(words);
  });

  it.each([
    [400, '1 s'],
    [59_400, '59 s'],
    [60_000, '1 min 0 s'],
    [80_000, '1 min 20 s'],
  ])('is as long as it was: %i', (ms, words) => {
    setLanguage('en');
    expect(lasted(ms)).toBe(words);
  });
});
