import { describe, expect, it } from 'vitest';

import {
  GIVE_UP_MS,
  KEEP_MS,
  SETTLE_MS,
  StillAssembler,
  StillShelf,
  typeOf,
} from '../../src/media/still-assembler';
import { type Chunk, parse, split } from '../../src/media/still-chunks';

const WEBP = new TextEncoder().encode('RIFF....WEBPVP8 ');
const JPEG = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0);

function image(size = 900, head = WEBP): Uint8Array<ArrayBuffer> {
  const made = new Uint8Array(size);
  made.set(head);
  return made;
}

function messages(still: number, slot = 0, of = image()): ArrayBuffer[] {
  return split(still, of).map((chunk) => new Uint8Array([slot, ...chunk]).buffer);
}

function chunks(still: number, of = image()): Chunk[] {
  return messages(still, 0, of)
    .map((message) => parse(message))
    .filter((chunk) => chunk !== null);
}

function feed(assembler: StillAssembler, given: readonly (Chunk | undefined)[], now = 0) {
  return given.map((chunk) => (chunk === undefined ? null : assembler.handleChunk(chunk, now)));
}

describe('one sender', () => {
  it('is shown a still when its last chunk comes, in whatever order', () => {
    const assembler = new StillAssembler();
    const [first, second, third] = chunks(1);
    const [one, two, three] = feed(assembler, [third, first, second], 7);
    expect([one, two]).toEqual([null, null]);
    expect(three).toEqual({ image: image(), type: 'image/webp', at: 7 });
  });

  it('is not shown one with a hole, once a newer one is whole', () => {
    const assembler = new StillAssembler();
    const [first, second, third] = chunks(1);
    feed(assembler, [first, second]);
    expect(feed(assembler, chunks(2)).at(-1)).not.toBeNull();
    expect(feed(assembler, [third])).toEqual([null]);
  });

  it('gives a still up after four seconds', () => {
    const assembler = new StillAssembler();
    const [first, second, third] = chunks(1);
    feed(assembler, [first, second], 0);
    expect(feed(assembler, [third], GIVE_UP_MS)).toEqual([null]);
    expect(feed(assembler, chunks(2), GIVE_UP_MS).at(-1)).not.toBeNull();
  });

  it('takes a chunk once, and only with the count of its still', () => {
    const assembler = new StillAssembler();
    const [first, second, third] = chunks(1);
    feed(assembler, [first, first, second && { ...second, count: 2 }, second]);
    expect(feed(assembler, [third]).at(-1)?.image).toEqual(image());
  });

  it('keeps two stills at most, whatever comes', () => {
    const assembler = new StillAssembler();
    for (let still = 1; still < 500; still++) feed(assembler, chunks(still).slice(0, 1));
    expect((assembler as unknown as { open: unknown[] }).open).toHaveLength(2);
  });

  it('takes WebP and JPEG and nothing else', () => {
    expect(typeOf(image(40, JPEG))).toBe('image/jpeg');
    for (const head of ['<svg xmlns', '\x89PNG\r\n', 'GIF89a', 'RIFF....WAVE', '']) {
      const of = image(40, new TextEncoder().encode(head));
      expect(feed(new StillAssembler(), chunks(1, of)).at(-1)).toBeNull();
    }
  });
});

describe('everyone in a slot', () => {
  const both = new Set(['li', 'wang']);

  function shelf(): StillShelf {
    const made = new StillShelf();
    made.handleSlots(['li', null], 0);
    made.handleCameras(both);
    return made;
  }

  function show(on: StillShelf, still: number, now: number, slot = 0): boolean {
    return messages(still, slot)
      .map((message) => on.handleMessage(message, now))
      .some(Boolean);
  }

  it('has a last still for ten seconds', () => {
    const made = shelf();
    expect(show(made, 1, 100)).toBe(true);
    expect(made.of('li', 100 + KEEP_MS - 1)).not.toBeNull();
    expect(made.of('li', 100 + KEEP_MS)).toBeNull();
    expect(made.of('wang', 100)).toBeNull();
  });

  it('is never shown as somebody else: a slot that changed hands brings nothing for a while', () => {
    const made = shelf();
    const under = messages(1);
    for (const message of under.slice(0, 2)) made.handleMessage(message, 0);
    made.handleSlots(['wang', null], 10);
    for (const message of under) made.handleMessage(message, 20);
    expect(show(made, 2, SETTLE_MS)).toBe(false);
    expect(made.of('wang', SETTLE_MS)).toBeNull();
    expect(show(made, 3, 10 + SETTLE_MS)).toBe(true);
  });

  it('nor by the way of an empty slot', () => {
    const made = shelf();
    made.handleSlots([null, null], 1_000);
    made.handleSlots(['wang', null], 1_100);
    expect(show(made, 1, 1_200)).toBe(false);
    expect(show(made, 2, 1_000 + SETTLE_MS)).toBe(true);
  });

  it('has a slot at once where nobody was before, and keeps it through other changes', () => {
    const made = shelf();
    made.handleSlots(['li', 'wang'], 5_000);
    expect(show(made, 1, 5_000, 1)).toBe(true);
    made.handleSlots([null, 'wang'], 6_000);
    expect(made.of('wang', 6_000)).not.toBeNull();
  });

  it('shows nothing of a camera that is off, nor what it showed before', () => {
    const made = shelf();
    show(made, 1, 0);
    made.handleCameras(new Set());
    expect(show(made, 2, 100)).toBe(false);
    made.handleCameras(both);
    expect(made.of('li', 200)).toBeNull();
    expect(show(made, 3, 300)).toBe(true);
  });

  it('lives with whatever comes', () => {
    const made = shelf();
    expect(show(made, 1, 0, 9)).toBe(false);
    expect(show(made, 1, 0, 1)).toBe(false);
    expect(made.handleMessage(new ArrayBuffer(0), 0)).toBe(false);
  });
});
