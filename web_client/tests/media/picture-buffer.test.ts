import { expect, it } from 'vitest';

import { PictureBuffer } from '../../src/media/picture-buffer';

/** Look twice a second at a line on which so many packets a second are asked for again. */
function watch(
  buffer: PictureBuffer,
  seconds: { from: number; to: number },
  requests: (second: number) => number,
  rttMs: number | null = 50,
  freezes: (second: number) => number = () => 0,
): (number | null)[] {
  const waits: (number | null)[] = [];
  for (let now = seconds.from * 1_000; now < seconds.to * 1_000; now += 500) {
    const [asked, frozen] = [requests(now / 1_000), freezes(now / 1_000)];
    buffer.handleSample({ asked, frozen }, rttMs, now);
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

it('waits longer where a picture stands still again and again all the same', () => {
  const many = (second: number) => 12 * second;
  const once = new PictureBuffer();
  watch(once, { from: 0, to: 20 }, many, 50, (second) => Number(second > 5));
  expect(once.waitMs).toBe(400);
  const seldom = new PictureBuffer();
  watch(seldom, { from: 0, to: 100 }, many, 50, (second) => Math.floor(second / 31));
  expect(seldom.waitMs).toBe(400);
  const often = new PictureBuffer();
  watch(often, { from: 0, to: 20 }, many, 50, (second) => Math.floor(second / 6));
  expect(often.waitMs).toBe(500);
  watch(often, { from: 20, to: 100 }, many, 50, () => 3);
  expect(often.waitMs).toBe(500);
  watch(often, { from: 100, to: 120 }, many, 50, () => 3);
  expect(often.waitMs).toBe(400);
});

it('takes no freeze for the line where little is asked for', () => {
  const buffer = new PictureBuffer();
  watch(
    buffer,
    { from: 0, to: 20 },
    (second) => 3 * second,
    50,
    (second) => second,
  );
  expect(buffer.waitMs).toBe(300);
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
