import { expect, it } from 'vitest';

import { LossWindow } from '../../src/media/loss-window';

it('is the share of the last five seconds', () => {
  const window = new LossWindow();
  expect(window.take(0, 0, 0)).toBe(null);
  expect(window.take(100, 10, 2_000)).toBe(0.1);
  expect(window.take(200, 10, 4_000)).toBe(0.05);
  expect(window.take(300, 10, 7_000)).toBe(0);
});

it('says nothing of few packets, nor more than all', () => {
  const window = new LossWindow();
  window.take(0, 0, 0);
  expect(window.take(24, 24, 500)).toBe(null);
  expect(window.take(26, 40, 1_000)).toBe(1);
});

it('begins anew with another path', () => {
  const window = new LossWindow();
  window.take(0, 0, 0);
  window.take(1_000, 500, 1_000);
  expect(window.take(50, 0, 1_500)).toBe(null);
  expect(window.take(150, 0, 2_000)).toBe(0);
});
