import { beforeEach, describe, expect, it } from 'vitest';

import {
  barsOf,
  CHART,
  moodHeight,
  moodWords,
  pathOf,
  placeOf,
  pointsOf,
  rowOf,
  saidWords,
} from '../../src/desk/change-rows';
import { setLanguage } from '../../src/i18n/language';
import type { Kept } from '../../src/protocol/bodies';

const FLOOR = CHART.height - CHART.foot;

beforeEach(() => setLanguage('zh-CN'));

function keptOf(change: Partial<Kept> = {}): Kept {
  return {
    session: 'h1',
    starts_at: new Date(2026, 10, 26, 12, 0).getTime(),
    minutes: 50,
    stage: 'ended',
    outcome: 'held',
    met_s: 3_000,
    before: 4,
    after: 6,
    line: { video_s: 1_800, voice_s: 1_200, text_s: 0, gaps: 2, gap_s: 9.4, cuts: 0 },
    line_said: null,
    ...change,
  };
}

describe('the lines of a chart', () => {
  it('have 10 at the top and 0 at the foot', () => {
    expect(moodHeight(10)).toBe(CHART.top);
    expect(moodHeight(0)).toBe(FLOOR);
  });

  it('leave out what was not rated, and keep every hour its place', () => {
    const items = [keptOf({ before: 2 }), keptOf({ before: null }), keptOf({ before: 8 })];
    const points = pointsOf(items, 'before');
    expect(points.map(({ value }) => value)).toEqual([2, 8]);
    expect(points.map(({ x }) => x)).toEqual([placeOf(0, 3), placeOf(2, 3)]);
    expect(pathOf(points)).toMatch(/^M[\d.]+ [\d.]+L[\d.]+ [\d.]+$/);
  });

  it('keep a mood of 0', () => {
    expect(pointsOf([keptOf({ after: 0 })], 'after')).toHaveLength(1);
    expect(pathOf([])).toBe('');
  });
});

describe('the bars of a chart', () => {
  it('stand on the floor, and none is where nobody met', () => {
    const bars = barsOf([keptOf(), keptOf({ met_s: 0, outcome: 'missed' })]);
    expect(bars).toHaveLength(1);
    expect((bars[0]?.y ?? 0) + (bars[0]?.height ?? 0)).toBeCloseTo(FLOOR);
  });

  it('show the shortest gap, and none that was not', () => {
    expect(barsOf([keptOf({ line: { gaps: 1, gap_s: 0.5 } })])[0]?.gap).toBe(4);
    expect(barsOf([keptOf({ line: null })])[0]?.gap).toBe(0);
  });

  it('show no more gap than there was hour', () => {
    const [bar] = barsOf([keptOf({ met_s: 60, line: { gaps: 1, gap_s: 600 } })]);
    expect(bar?.gap).toBe(bar?.height);
  });
});

describe('the rows of the table', () => {
  it('say the same in words', () => {
    const row = rowOf(keptOf());
    expect(row).toMatchObject({
      attended: '已结束',
      before: '4',
      after: '6',
      met: '50 分钟',
      line: '网络中断 2 次，共 9 秒',
    });
    expect(row.ways).toContain('画面 30 分钟');
    expect(row.ways).toContain('声音 20 分钟');
    expect(row.ways).not.toContain('文字');
  });

  it('say what is not there', () => {
    const row = rowOf(
      keptOf({ outcome: 'missed', met_s: 0, before: null, after: null, line: null }),
    );
    expect(row).toMatchObject({
      attended: '没有见面',
      before: '没有打分',
      met: '无',
      ways: '无',
      line: '无',
    });
  });

  it('tell an hour to come from one that is over', () => {
    expect(rowOf(keptOf({ stage: 'booked', outcome: null })).attended).toBe('还没到时间');
  });

  it('tell a line without gaps', () => {
    expect(rowOf(keptOf({ line: { voice_s: 3_000 } })).line).toBe('没有中断');
  });
});

describe('the line as a client found it', () => {
  it('is their word, in both languages, and nothing where they gave none', () => {
    expect(saidWords(keptOf({ line_said: 'clear' }))).toBe('清楚');
    expect(saidWords(keptOf({ line_said: 'hard' }))).toBe('很难');
    setLanguage('en');
    expect(saidWords(keptOf({ line_said: 'hard' }))).toBe('hard to follow');
    expect(saidWords(keptOf())).toBe(null);
  });

  it('stands beside what the line did, and not in its place', () => {
    expect(rowOf(keptOf({ line_said: 'cut' })).line).toBe(
      '网络中断 2 次，共 9 秒；来访者觉得有时断',
    );
  });
});

describe('the moods of an hour', () => {
  it('are said as far as they were given', () => {
    expect(moodWords(keptOf())).toBe('之前 4，之后 6（0 到 10）');
    expect(moodWords(keptOf({ after: null }))).toBe('之前 4（0 到 10）');
    expect(moodWords(keptOf({ before: null, after: 0 }))).toBe('之后 0（0 到 10）');
    expect(moodWords(keptOf({ before: null, after: null }))).toBe(null);
  });
});
