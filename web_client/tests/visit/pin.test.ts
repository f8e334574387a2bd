import { expect, it } from 'vitest';

import { digitsOf, wrongTries } from '../../src/visit/pin';

it('takes six digits, however they are written', () => {
  expect(digitsOf('123 456')).toBe('123456');
  expect(digitsOf('１２３－４５６7')).toBe('123456');
  expect(digitsOf('abc')).toBe('');
});

it('calls nothing wrong before something was given', () => {
  expect(wrongTries('', 0)).toBe(0);
  expect(wrongTries('123456', 0)).toBe(1);
  expect(wrongTries('123456', 1)).toBe(2);
});
