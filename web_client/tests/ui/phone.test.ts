import { describe, expect, it } from 'vitest';

import { dialled, masked } from '../../src/ui/phone';

describe('a telephone number', () => {
  it.each([
    ['138 0000-1234', 'tel:13800001234'],
    ['+86 (10) 1234', 'tel:+86101234'],
    ['１２３５６', 'tel:12356'],
    ['*1#', 'tel:*1%23'],
    ['--', null],
  ])('%s is dialled as %s', (phone, address) => {
    expect(dialled(phone)).toBe(address);
  });

  it('shows a number so that its owner knows it', () => {
    expect(masked('138 1234 5678')).toBe('138****5678');
    expect(masked('12356')).toBe('12356');
  });
});
