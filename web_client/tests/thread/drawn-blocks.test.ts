import { describe, expect, it } from 'vitest';

import { DrawnBlocks, FIRST_BLOCKS, KEPT_PX, type Piece } from '../../src/thread/drawn-blocks';
import type { Block } from '../../src/thread/rows';

const PX = 500;
const SEEN = 800;

function blocks(first: number, last: number): Block[] {
  return Array.from({ length: last - first + 1 }, (_, place) => ({ key: first + place, rows: [] }));
}

function words(pieces: readonly Piece[]): string[] {
  return pieces.map((piece) => (piece.kind === 'room' ? `${piece.px} px` : piece.key));
}

/** Somebody who has looked back to the beginning of so many blocks. */
function looked(all: readonly Block[]): DrawnBlocks {
  const drawn = new DrawnBlocks();
  drawn.pieces(all, { top: 0, height: SEEN });
  while (drawn.grow(all));
  for (const { key } of all) drawn.measure(key, PX);
  return drawn;
}

describe('the blocks that are drawn', () => {
  it('are the newest few at first', () => {
    const drawn = new DrawnBlocks();
    const pieces = drawn.pieces(blocks(0, 99), { top: 0, height: SEEN });
    expect(words(pieces)).toEqual(['block 98', 'block 99']);
    expect(pieces).toHaveLength(FIRST_BLOCKS);
  });

  it('are one more as somebody looks further back, until there are no more', () => {
    const drawn = new DrawnBlocks();
    const all = blocks(5, 8);
    drawn.pieces(all, { top: 0, height: SEEN });
    expect(drawn.grow(all)).toBe(true);
    expect(words(drawn.pieces(all, { top: 0, height: SEEN }))).toEqual([
      'block 6',
      'block 7',
      'block 8',
    ]);
    expect([drawn.grow(all), drawn.grow(all)]).toEqual([true, false]);
    const more = blocks(4, 8);
    expect(drawn.grow(more)).toBe(true);
    expect(drawn.pieces(more, { top: 0, height: SEEN })).toHaveLength(5);
  });

  it('are all drawn while nobody has measured them', () => {
    const drawn = new DrawnBlocks();
    const all = blocks(0, 40);
    drawn.pieces(all, { top: 0, height: SEEN });
    while (drawn.grow(all));
    expect(drawn.pieces(all, { top: 0, height: SEEN })).toHaveLength(41);
  });

  it('leave as much room as they took where they are far from what is seen, above and below', () => {
    const all = blocks(0, 39);
    const drawn = looked(all);
    const pieces = drawn.pieces(all, { top: 10_000, height: SEEN });
    expect(pieces.map(({ kind }) => kind).filter((kind) => kind === 'room')).toHaveLength(2);
    expect([pieces.at(0)?.kind, pieces.at(-1)?.kind]).toEqual(['room', 'room']);
    const room = pieces.reduce((sum, piece) => sum + (piece.kind === 'room' ? piece.px : 0), 0);
    const left = pieces.filter(({ kind }) => kind === 'block').length;
    expect(room + left * PX).toBe(40 * PX);
    // All that can be seen is there, and what is near it.
    expect(left).toBeGreaterThanOrEqual((SEEN + 2 * KEPT_PX) / PX);
  });

  it('are drawn at the end where something new came while somebody looks far back', () => {
    const drawn = looked(blocks(0, 39));
    const words_ = words(drawn.pieces(blocks(0, 40), { top: 0, height: SEEN }));
    expect(words_.slice(-2)).toEqual([`${33 * PX} px`, 'block 40']);
  });

  it('take their newest height', () => {
    const all = blocks(0, 39);
    const drawn = looked(all);
    drawn.measure(39, 2 * PX);
    drawn.measure(38, 0);
    const last = drawn.pieces(all, { top: 0, height: SEEN }).at(-1);
    expect(last).toMatchObject({ kind: 'room', px: 33 * PX + PX });
  });
});
