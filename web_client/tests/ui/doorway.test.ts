import { describe, expect, it } from 'vitest';

import { doorwayOf } from '../../src/ui/doorway';
import { person } from '../support/fakes';

const LI = person('li', { role: 'counsellor', name: 'Li' });

describe('the doorway', () => {
  it('says who is there', () => {
    expect(doorwayOf('open', [LI], 0)).toEqual({
      state: 'ready',
      name: 'Li',
      long: false,
      lateMinutes: 0,
    });
  });

  it('says that nobody is, also when they were', () => {
    expect(doorwayOf('open', [], 0)).toMatchObject({ state: 'nobody', name: '' });
    const offline = { ...LI, presence: 'offline' } as const;
    expect(doorwayOf('open', [offline], 0)).toMatchObject({ state: 'nobody', name: 'Li' });
  });

  it.each(['connecting', 'waiting'] as const)('says that the line is lost: %s', (state) => {
    expect(doorwayOf(state, [LI], 0).state).toBe('lost');
  });

  it('says after ten minutes that one may come again', () => {
    expect(doorwayOf('open', [LI], 599_999).long).toBe(false);
    expect(doorwayOf('open', [LI], 600_000).long).toBe(true);
  });

  it('says that they come later, until they should be there', () => {
    const hour = {
      startsAt: 1_000_000,
      endsAt: 4_000_000,
      lateMinutes: 5,
      stage: 'waiting',
    } as const;
    expect(doorwayOf('open', [], 0, hour, 1_000_000).lateMinutes).toBe(5);
    expect(doorwayOf('open', [], 0, hour, 1_300_000).lateMinutes).toBe(0);
  });
});
