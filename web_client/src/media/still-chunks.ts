/** A still on the wire: an image in chunks of a few hundred bytes (docs/protocol.md, Stills). Pure. */

/** Of the image in one chunk. With all heads it is 400 bytes of a line: at 80 kbit/s a voice waits 40 ms. */
export const CHUNK_BYTES = 300;
/** What a page sends is smaller: see still-size.ts. */
export const MAX_CHUNKS = 16;
const MAX_PAYLOAD_BYTES = 306;
/** Number (2), place (1), count (1). The gateway puts the receiver's slot (1) before it. */
const HEAD_BYTES = 4;
const SLOT_BYTES = 1;
const NUMBERS = 0x10000;

export interface Chunk {
  readonly slot: number;
  readonly still: number;
  readonly index: number;
  readonly count: number;
  readonly data: Uint8Array<ArrayBuffer>;
}

/** The chunks of an image, in order. `still` wraps. */
export function split(still: number, image: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[] {
  const count = Math.ceil(image.length / CHUNK_BYTES);
  return Array.from({ length: count }, (_, index) => {
    const part = image.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES);
    const chunk = new Uint8Array(HEAD_BYTES + part.length);
    new DataView(chunk.buffer).setUint16(0, still % NUMBERS);
    chunk.set([index, count], 2);
    chunk.set(part, HEAD_BYTES);
    return chunk;
  });
}

/** A chunk as the gateway passes it on; null when it is none. */
export function parse(message: ArrayBuffer): Chunk | null {
  const size = message.byteLength - SLOT_BYTES - HEAD_BYTES;
  if (size < 1 || size > MAX_PAYLOAD_BYTES) return null;
  const view = new DataView(message);
  const chunk = {
    slot: view.getUint8(0),
    still: view.getUint16(1),
    index: view.getUint8(3),
    count: view.getUint8(4),
    data: new Uint8Array(message, SLOT_BYTES + HEAD_BYTES),
  };
  return chunk.index < chunk.count && chunk.count <= MAX_CHUNKS ? chunk : null;
}

/** Numbers wrap: less than half the circle ahead is newer. */
export function isNewer(still: number, than: number): boolean {
  const ahead = (still - than + NUMBERS) % NUMBERS;
  return ahead > 0 && ahead < NUMBERS / 2;
}
