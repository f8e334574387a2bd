import { expect, test } from 'vitest';

import { meant } from '../../src/booking/date-words';

/** Friday, 27 November 2026, ten in the morning, local time. */
const NOW = new Date(2026, 10, 27, 10).getTime();

function said(words: string, now = NOW): string | null {
  const found = meant(words, now);
  if (found === null) return null;
  const from = new Date(found.from);
  const hours = (found.until - found.from) / 3_600_000;
  return `${from.getMonth() + 1}-${from.getDate()} ${from.getHours()}h +${hours}`;
}

test.each([
  ['我想约周三晚上', '12-2 17h +7'],
  ['周五可以吗', '11-27 0h +24'],
  ['下周五上午', '12-4 5h +7'],
  ['下星期一', '11-30 0h +24'],
  ['礼拜天下午', '11-29 12h +6'],
  ['明天早上', '11-28 5h +7'],
  ['后天', '11-29 0h +24'],
  ['大后天', '11-30 0h +24'],
  ['今晚', '11-27 17h +7'],
  ['晚上比较方便', '11-27 17h +7'],
  ['Could we meet on Wednesday evening?', '12-2 17h +7'],
  ['next friday morning', '12-4 5h +7'],
  ['tomorrow at noon', '11-28 11h +3'],
  ['the day after tomorrow', '11-29 0h +24'],
  ['tonight', '11-27 17h +7'],
])('%s', (words, expected) => {
  expect(said(words)).toBe(expected);
});

test.each(['我睡不着，可以聊聊吗', 'I sat in the sun', '', '最近压力很大'])(
  'names no time: %s',
  (words) => {
    expect(said(words)).toBeNull();
  },
);

test('an evening that is over is tomorrow’s', () => {
  const night = new Date(2026, 10, 27, 23, 59).getTime();
  expect(said('早上', night)).toBe('11-28 5h +7');
});
