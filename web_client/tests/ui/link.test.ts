import { expect, it } from 'vitest';

import { tokenIn } from '../../src/ui/link';

const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.c2ln-_0';

it.each([
  [`#${TOKEN}`, TOKEN],
  [`#${encodeURIComponent(TOKEN)}`, TOKEN],
  ['', null],
  ['#', null],
  ['#short', null],
  ['#%E0%A4%A', null],
  ['#<script>alert(1)</script>', null],
  [`#${'x'.repeat(3_000)}`, null],
])('%s holds %s', (hash, token) => {
  expect(tokenIn(hash)).toBe(token);
});
