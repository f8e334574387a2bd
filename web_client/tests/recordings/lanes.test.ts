import { describe, expect, it } from 'vitest';

import { file } from './fixtures';
import { clockOf, isIn, lanesOf, marksOf, mergedSpans } from '../../src/recordings/lanes';

const span = (start_ms: number, stop_ms: number) => ({ start_ms, stop_ms });

describe('the lanes of a recording', () => {
  const files = [
    file({ number: 1, gaps: [span(1_000, 4_000)] }),
    file({ number: 2, medium: 'video', gaps: [span(3_000, 5_000)] }),
    file({ number: 3, medium: 'text' }),
    file({ number: 4, party: '王督导', role: 'supervisor' }),
    file({ number: 5, party: '李老师', role: 'counsellor', gaps: [span(7_000, 7_400)] }),
  ];

  it('are one a person, the counsellor first', () => {
    const lanes = lanesOf(files);
    expect(lanes.map(({ party }) => party)).toEqual(['李老师', '小雨', '王督导']);
    expect(lanes.map(({ hasPicture }) => hasPicture)).toEqual([false, true, false]);
  });

  it('have each gap once, whatever was lost in it', () => {
    expect(lanesOf(files)[1]?.gaps).toEqual([span(1_000, 5_000)]);
  });

  it('are told in marks, in order, without the shortest', () => {
    expect(marksOf(lanesOf(files), { held: [span(6_000, 9_000)] })).toEqual([
      { ...span(1_000, 5_000), kind: 'gap', party: '小雨' },
      { ...span(6_000, 9_000), kind: 'hold', party: '' },
    ]);
  });

  it('of nothing are none', () => {
    expect(lanesOf([])).toEqual([]);
  });

  it('are merged where they touch', () => {
    expect(mergedSpans([span(5, 9), span(0, 3), span(3, 4)])).toEqual([span(0, 4), span(5, 9)]);
    expect(isIn([span(5, 9)], 5)).toBe(true);
    expect(isIn([span(5, 9)], 9)).toBe(false);
  });
});

describe('the place in a recording', () => {
  it.each([
    [0, '0:00'],
    [723_900, '12:03'],
    [3_723_000, '1:02:03'],
    [-5, '0:00'],
  ])('%d ms is %s', (ms, words) => {
    expect(clockOf(ms)).toBe(words);
  });
});
