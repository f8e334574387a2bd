import { describe, expect, it } from 'vitest';

import { type CutPlan, stepNow } from '../../src/ui/cut-plan';

const PLAN: CutPlan = {
  caller: 'counsellor',
  dial: '+86 138 1234 5678',
  rings: '+86 138 1234 5678',
  waitMs: 30_000,
};

describe('the plan for a cut line', () => {
  it('waits for its time', () => {
    expect(stepNow(PLAN, 'counsellor', 29_999)).toBeNull();
    expect(stepNow(null, 'counsellor', 90_000)).toBeNull();
    expect(stepNow(PLAN, 'counsellor', 30_000)?.key).toBe('plan.counsellor.counsellor');
  });

  it('gives a number to who dials, and to nobody else', () => {
    expect(stepNow(PLAN, 'counsellor', 30_000)?.dial).toBe(PLAN.dial);
    expect(stepNow(PLAN, 'client', 30_000)).toEqual({ key: 'plan.client.counsellor', dial: null });
    expect(stepNow({ ...PLAN, dial: '' }, 'counsellor', 30_000)?.dial).toBeNull();
  });

  it.each(['client', 'counsellor'] as const)('calls nobody where that was agreed: %s', (person) => {
    const silent = { ...PLAN, caller: 'nobody' } as const;
    expect(stepNow(silent, person, 60_000)).toEqual({ key: `plan.${person}.nobody`, dial: null });
  });
});
