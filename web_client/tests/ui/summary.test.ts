import { expect, it } from 'vitest';

import { counts, isReady } from '../../src/ui/summary';

it('takes the counts it has words for, in its own order', () => {
  const summary = { media: { packets_forwarded: 9, secret: 1 }, people: { present: 2 }, rooms: 1 };
  expect(counts(summary).map(({ key, value }) => [key, value])).toEqual([
    ['rooms', 1],
    ['people.present', 2],
    ['media.packets_forwarded', 9],
  ]);
});

it.each([null, 'x', 3, [], { rooms: 'many', people: null, links: [1] }, { rooms: Number.NaN }])(
  'leaves out what is missing or odd: %o',
  (summary) => {
    expect(counts(summary)).toEqual([]);
  },
);

it('says whether the gateway takes sessions only when it was told', () => {
  expect([{ ready: true }, { ready: false }, {}, null].map(isReady)).toEqual([
    true,
    false,
    null,
    null,
  ]);
});
