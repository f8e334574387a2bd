import { expect, it } from 'vitest';

import { PictureBuffer } from '../../src/media/picture-buffer';

/** Look twice a second at a line on which so many packets a second are asked for again. */
function watch(
  buffer: PictureBuffer,
  seconds: { from: number; to: number },
  requests: (second: number) => number,
  rttMs: number | null = 50,
): (number | null)[] {
  const waits: (number | null)[] = [];
  for (let now = seconds.from * 1_000; now < seconds.to * 1_000; now += 500) {
    buffer.handleSample(requests(now / 1_000), rttMs, now);
    waits.push(buffer.waitMs);
  }
  return waits;
}

it('leaves pictures to the browser where next to nothing is lost', () => {
  const buffer = new PictureBuffer();
  const waits = watch(buffer, { from: 0, to: 60 }, (second) => Math.floor(second));
  expect(new Set(waits)).toEqual(new Set([null]));
});

it('waits while a line loses, and some time longer', () => {
  const buffer = new PictureBuffer();
  expect(watch(buffer, { from: 0, to: 5 }, (second) => 6 * second).slice(3)).not.toContain(null);
  const after = watch(buffer, { from: 5, to: 30 }, () => 27);
  expect(after.slice(0, 16)).not.toContain(null);
  expect(after.at(-1)).toBe(null);
});

it('waits for two rounds of a long line, within bounds', () => {
  const waits = [null, 1, 120, 150, 900].map((rttMs) => {
    const buffer = new PictureBuffer();
    watch(buffer, { from: 0, to: 5 }, (second) => 7 * second, rttMs);
    return buffer.waitMs;
  });
  expect(waits).toEqual([300, 300, 348, 400, 400]);
});

it('waits for a third round where much is asked for again, and some time longer', () => {
  const buffer = new PictureBuffer();
  watch(buffer, { from: 0, to: 5 }, (second) => 12 * second);
  expect(buffer.waitMs).toBe(400);
  const after = watch(buffer, { from: 5, to: 30 }, (second) => 60 + 3 * second);
  expect(after.slice(0, 16)).toEqual(Array(16).fill(400));
  expect(after.at(-1)).toBe(300);
});

it('does not follow every whim of the round trip', () => {
  const buffer = new PictureBuffer();
  watch(buffer, { from: 0, to: 5 }, (second) => 7 * second, 130);
  watch(buffer, { from: 5, to: 8 }, (second) => 7 * second, 145);
  expect(buffer.waitMs).toBe(377);
});

it('takes another connection for what it is', () => {
  const buffer = new PictureBuffer();
  watch(buffer, { from: 0, to: 2 }, () => 1_000);
  watch(buffer, { from: 2, to: 4 }, () => 3);
  expect(buffer.waitMs).toBe(null);
});
