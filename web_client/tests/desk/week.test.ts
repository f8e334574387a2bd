import { describe, expect, it } from 'vitest';

import { isWhole, othersIn, rulesOf, weekOf } from '../../src/desk/week';
import type { WorkingRule, WorkingTimes } from '../../src/protocol/bodies';

function rule(text: string, begins = '19:00', minutes = 120, first = '2026-01-01'): WorkingRule {
  return { rule: text, first, begins, minutes };
}

function times(...rules: WorkingRule[]): WorkingTimes {
  return { zone: 'Asia/Shanghai', rules };
}

describe('a week', () => {
  it('has what was said for each day, in the order of the clock', () => {
    const week = weekOf(
      times(rule('FREQ=WEEKLY;BYDAY=TU,TH'), rule('FREQ=WEEKLY;BYDAY=TU', '09:00', 180)),
    );
    expect(week[1]).toEqual([
      { from: '09:00', until: '12:00' },
      { from: '19:00', until: '21:00' },
    ]);
    expect(week[3]).toEqual([{ from: '19:00', until: '21:00' }]);
    expect(week[0]).toEqual([]);
  });

  it('is said as it was shown', () => {
    const week = weekOf(times(rule('FREQ=WEEKLY;BYDAY=MO', '22:00', 120)));
    expect(week[0]).toEqual([{ from: '22:00', until: '00:00' }]);
    expect(rulesOf(week)).toEqual([rule('FREQ=WEEKLY;BYDAY=MO', '22:00', 120)]);
  });

  it('leaves alone what it cannot show', () => {
    const odd = [
      rule('FREQ=WEEKLY;INTERVAL=2;BYDAY=TU'),
      rule('FREQ=MONTHLY;BYDAY=1MO'),
      rule('FREQ=WEEKLY;BYDAY=MO', '09:00', 60, '2099-01-01'),
    ];
    const said = times(rule('FREQ=WEEKLY;BYDAY=MO'), ...odd);
    expect(othersIn(said)).toEqual(odd);
    expect(rulesOf(weekOf(said))).toEqual([rule('FREQ=WEEKLY;BYDAY=MO')]);
  });

  it('is empty until something was said', () => {
    expect(weekOf(null).flat()).toEqual([]);
    expect(othersIn(null)).toEqual([]);
  });

  it.each([
    [{ from: '19:00', until: '21:00' }, true],
    [{ from: '19:00', until: '00:00' }, true],
    [{ from: '19:00', until: '19:00' }, false],
    [{ from: '19:00', until: '18:00' }, false],
    [{ from: '', until: '18:00' }, false],
  ])('%j is a stretch: %s', (stretch, whole) => {
    expect(isWhole([[stretch]])).toBe(whole);
  });
});
