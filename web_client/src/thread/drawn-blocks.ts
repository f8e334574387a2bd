/**
 * Which blocks of a thread are drawn: those near what is seen. Pure.
 *
 * Rule 1: looking begins at the end. Blocks further back join, a few at a time, as somebody looks that far.
 * Rule 2: a joined block far from what is seen is let go of, and as much room as it took stands for it. One
 * whose height nobody has measured is drawn: only what was drawn has one.
 */

import type { Block } from './rows';

/** What is seen: from here on, in pixels from the first joined block, and so much of it. */
export interface View {
  readonly top: number;
  readonly height: number;
}

export type Piece =
  | { readonly kind: 'block'; readonly key: string; readonly block: Block }
  | { readonly kind: 'room'; readonly key: string; readonly px: number };

/** So many are drawn at first, and so many more at once as somebody looks further back. */
export const FIRST_BLOCKS = 2;
const MORE_BLOCKS = 1;
/** So far from what is seen a block is let go of. */
export const KEPT_PX = 2_400;

export class DrawnBlocks {
  private readonly heights = new Map<number, number>();
  private from: number | null = null;

  /** How high a drawn block is; where lines break elsewhere later, it is measured again when it is drawn. */
  measure(key: number, px: number): void {
    if (px > 0) this.heights.set(key, px);
  }

  /** Some more of those further back join. Says whether there were any. */
  grow(blocks: readonly Block[]): boolean {
    const left = blocks.length - this.joined(blocks).length;
    if (left === 0) return false;
    this.from = blocks[Math.max(0, left - MORE_BLOCKS)]?.key ?? null;
    return true;
  }

  /** All that joined, in order: each as itself, or as the room it took. */
  pieces(blocks: readonly Block[], view: View): readonly Piece[] {
    const pieces: Piece[] = [];
    /** Neighbours that were let go of are one piece of room. */
    let room: { kind: 'room'; key: string; px: number } | null = null;
    let top = 0;
    for (const block of this.joined(blocks)) {
      const px = this.heights.get(block.key);
      if (px === undefined || !isBeyond(view, top, top + px)) {
        pieces.push({ kind: 'block', key: `block ${block.key}`, block });
        room = null;
      } else if (room === null) {
        room = { kind: 'room', key: `room ${block.key}`, px };
        pieces.push(room);
      } else room.px += px;
      top += px ?? 0;
    }
    return pieces;
  }

  private joined(blocks: readonly Block[]): readonly Block[] {
    if (blocks.length === 0) return blocks;
    this.from ??= blocks[Math.max(0, blocks.length - FIRST_BLOCKS)]?.key ?? null;
    const { from } = this;
    return from === null ? blocks : blocks.slice(blocks.findIndex(({ key }) => key >= from));
  }
}

function isBeyond({ top, height }: View, from: number, to: number): boolean {
  return to < top - KEPT_PX || from > top + height + KEPT_PX;
}
