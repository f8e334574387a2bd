import { expect, it } from 'vitest';

import { LineChoke } from '../../src/media/line-choke';

const LOOK_MS = 50;

/** Look at a voice from 0 on; returns when the line choked and when it was free again. */
function turns(choke: LineChoke, until: number, frame: (at: number) => number | null): number[] {
  const found: number[] = [];
  for (let now = 0; now < until; now += LOOK_MS) {
    const before = choke.chokes;
    choke.handleFrame(frame(now), now);
    if (choke.chokes !== before) found.push(now);
  }
  return found;
}

it('leaves a voice alone that comes evenly, or rests for a moment', () => {
  expect(turns(new LineChoke(), 60_000, (at) => at)).toEqual([]);
  const rests = (at: number) => (at % 2_000 < 250 ? Math.floor(at / 2_000) * 2_000 : at);
  expect(turns(new LineChoke(), 60_000, rests)).toEqual([]);
});

it('sees a voice stop, and lets go when it has come evenly for a while', () => {
  const [choked, free, ...rest] = turns(new LineChoke(), 10_000, (at) =>
    at >= 2_000 && at < 3_000 ? 1_950 : at,
  );
  expect(choked).toBe(2_250);
  expect(free).toBe(3_400);
  expect(rest).toEqual([]);
});

it('waits for the queue to be gone, even where the voice is soon back', () => {
  const found = turns(new LineChoke(), 10_000, (at) => (at >= 2_000 && at < 2_300 ? 1_950 : at));
  expect(found).toEqual([2_250, 3_250]);
});

it('does not wait for ever for a voice that has gone', () => {
  const found = turns(new LineChoke(), 60_000, (at) => Math.min(at, 2_000));
  expect(found).toEqual([2_300, 5_350]);
});

it('begins anew with a voice that was not there', () => {
  expect(turns(new LineChoke(), 10_000, () => null)).toEqual([]);
  expect(turns(new LineChoke(), 10_000, (at) => (at < 5_000 ? null : 1))).toEqual([]);
  const left = turns(new LineChoke(), 10_000, (at) =>
    at < 2_000 ? at : at < 2_500 ? 2_000 : null,
  );
  expect(left).toEqual([2_300, 2_500]);
});
