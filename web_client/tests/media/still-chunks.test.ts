import { describe, expect, it } from 'vitest';

import { CHUNK_BYTES, isNewer, MAX_CHUNKS, parse, split } from '../../src/media/still-chunks';

/** As the gateway passes it on. */
function passed(chunk: Uint8Array, slot = 0): ArrayBuffer {
  return new Uint8Array([slot, ...chunk]).buffer;
}

describe('chunks of a still', () => {
  it('carry the whole image, and fit into what the gateway passes on', () => {
    const image = Uint8Array.from({ length: 3_900 }, (_, index) => index % 251);
    const chunks = split(258, image);
    expect(chunks).toHaveLength(13);
    expect(Math.max(...chunks.map((chunk) => chunk.length))).toBe(CHUNK_BYTES + 4);
    const parsed = chunks.map((chunk) => parse(passed(chunk, 2)));
    expect(parsed.map((chunk) => [chunk?.slot, chunk?.still, chunk?.index, chunk?.count])).toEqual(
      chunks.map((_, index) => [2, 258, index, 13]),
    );
    expect(parsed.flatMap((chunk) => [...(chunk?.data ?? [])])).toEqual([...image]);
  });

  it('count up and wrap', () => {
    expect(parse(passed(split(0x10000, new Uint8Array(1))[0] ?? new Uint8Array()))?.still).toBe(0);
    expect(isNewer(0, 0xffff)).toBe(true);
    expect(isNewer(0xffff, 0)).toBe(false);
    expect(isNewer(7, 7)).toBe(false);
  });

  it.each([
    ['nothing', []],
    ['a head alone', [0, 0, 1, 0, 1]],
    ['a place beyond the last', [0, 0, 1, 3, 3, 9]],
    ['a still of no chunks', [0, 0, 1, 0, 0, 9]],
    ['a still of too many', [0, 0, 1, 0, MAX_CHUNKS + 1, 9]],
    ['too much', [0, 0, 1, 0, 1, ...new Array<number>(307).fill(0)]],
  ])('are none: %s', (_, bytes) => {
    expect(parse(Uint8Array.from(bytes).buffer)).toBeNull();
  });
});
