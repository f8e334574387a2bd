import { expect, it } from 'vitest';

import { dots } from '../../src/ui/qr';

/** Whether the dot at this place of the square (without the white around) is dark. */
function isDark(path: string, column: number, row: number): boolean {
  return path.includes(`M${column + 4} ${row + 4}h`);
}

it('draws a square with its three corners and white around', () => {
  const { side, path } = dots('http://127.0.0.1:8000/client#' + 'a'.repeat(43));
  const count = side - 8;
  expect((count - 17) % 4).toBe(0);
  for (const [x, y] of [
    [0, 0],
    [count - 7, 0],
    [0, count - 7],
  ] as const) {
    const ring = Array.from({ length: 7 }, (_, step) => isDark(path, x + step, y));
    expect(ring).toEqual(Array(7).fill(true));
    expect(isDark(path, x + 1, y + 1)).toBe(false);
    expect(isDark(path, x + 3, y + 3)).toBe(true);
  }
  expect(isDark(path, -1, -1)).toBe(false);
});

it('grows with what it says, up to a whole token, and says when it cannot', () => {
  expect(dots('https://example.org/client#' + 'a'.repeat(1_500)).side).toBeGreaterThan(
    dots('https://example.org/').side,
  );
  expect(() => dots('a'.repeat(4_000))).toThrow();
});
