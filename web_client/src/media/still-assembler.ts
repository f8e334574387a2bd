/**
 * From chunks to stills, and whose they are. Pure: `now` is in ms.
 *
 * Rule 1: a still is shown whole or not at all. One that is not whole is forgotten when a newer one
 * is, or after four seconds.
 * Rule 2: a slot that has changed hands brings nothing for three seconds: what is still under way is
 * another person's picture.
 * Rule 3: what comes is no image before its first bytes say so, and then only of two kinds.
 */

import { type Chunk, isNewer, parse } from './still-chunks';

export const GIVE_UP_MS = 4_000;
/** Longer than the gateway may try to deliver a chunk (maxPacketLifeTime). */
export const SETTLE_MS = 3_000;
/** A picture from so long ago says nothing of now. */
export const KEEP_MS = 10_000;
const MAX_OPEN = 2;

export type ImageType = 'image/webp' | 'image/jpeg';

export interface Still {
  readonly image: Uint8Array<ArrayBuffer>;
  readonly type: ImageType;
  /** When its last chunk came. */
  readonly at: number;
}

interface Open {
  readonly number: number;
  readonly begun: number;
  readonly parts: (Uint8Array<ArrayBuffer> | undefined)[];
}

/** The stills of one sender. */
export class StillAssembler {
  private open: Open[] = [];
  private last: number | null = null;

  /** The still this chunk completes, if it does. */
  handleChunk(chunk: Chunk, now: number): Still | null {
    if (this.last !== null && !isNewer(chunk.still, this.last)) return null;
    this.open = this.open.filter(({ begun }) => now - begun < GIVE_UP_MS);
    const still = this.find(chunk, now);
    if (still.parts.length !== chunk.count || still.parts[chunk.index] !== undefined) return null;
    still.parts[chunk.index] = chunk.data;
    const parts = still.parts.filter((part) => part !== undefined);
    if (parts.length < chunk.count) return null;
    this.last = chunk.still;
    this.open = this.open.filter(({ number }) => isNewer(number, chunk.still));
    const image = join(parts);
    const type = typeOf(image);
    return type === null ? null : { image, type, at: now };
  }

  private find(chunk: Chunk, now: number): Open {
    const known = this.open.find(({ number }) => number === chunk.still);
    if (known !== undefined) return known;
    const parts = new Array<undefined>(chunk.count).fill(undefined);
    const still = { number: chunk.still, begun: now, parts };
    this.open = [...this.open, still].slice(-MAX_OPEN);
    return still;
  }
}

interface Slot {
  readonly holder: string | null;
  /** Before it nothing is taken. */
  readonly from: number;
  assembler: StillAssembler;
  still: Still | null;
}

/** The last still of everyone in a slot. */
export class StillShelf {
  private slots: Slot[] = [];
  private cameras: ReadonlySet<string> = new Set();

  /** Whom each slot carries, the whole list. */
  handleSlots(holders: readonly (string | null)[], now: number): void {
    this.slots = holders.map((holder, index) => {
      const before = this.slots[index];
      if (before?.holder === holder) return before;
      const from =
        before === undefined ? now : before.holder === null ? before.from : now + SETTLE_MS;
      return { holder, from, assembler: new StillAssembler(), still: null };
    });
  }

  /** Whose camera is on. What one showed before it went off is not shown again. */
  handleCameras(on: ReadonlySet<string>): void {
    this.cameras = on;
    for (const slot of this.slots) {
      if (slot.holder === null || on.has(slot.holder)) continue;
      slot.still = null;
      slot.assembler = new StillAssembler();
    }
  }

  /** A message of the channel. Whether somebody's still is a new one now. */
  handleMessage(message: ArrayBuffer, now: number): boolean {
    const chunk = parse(message);
    const slot = chunk === null ? undefined : this.slots[chunk.slot];
    if (chunk === null || slot === undefined || now < slot.from) return false;
    if (slot.holder === null || !this.cameras.has(slot.holder)) return false;
    const still = slot.assembler.handleChunk(chunk, now);
    if (still === null) return false;
    slot.still = still;
    return true;
  }

  /** The person's last still, while it is of now. */
  of(person: string, now: number): Still | null {
    const still = this.slots.find(({ holder }) => holder === person)?.still ?? null;
    return still === null || now - still.at >= KEEP_MS ? null : still;
  }
}

function join(parts: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const image = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    image.set(part, at);
    at += part.length;
  }
  return image;
}

/** By the first bytes: RIFF....WEBP, or JPEG's start marker and the one that follows it. */
export function typeOf(image: Uint8Array): ImageType | null {
  const text = String.fromCharCode(...image.subarray(0, 12));
  if (/^RIFF[^]{4}WEBP$/.test(text)) return 'image/webp';
  return text.startsWith('\xff\xd8\xff') ? 'image/jpeg' : null;
}
