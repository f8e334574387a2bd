import { describe, expect, it } from 'vitest';

import { VoiceBuffer } from '../../src/media/voice-buffer';

const RATE = 48_000;

/** Look twice a second at a voice of which so much is missing, in so many holes a second. */
function rig() {
  const buffer = new VoiceBuffer();
  let [now, holes, madeUp, samples] = [0, 0, 0, 0];
  return {
    buffer,
    anew: () => ([holes, madeUp, samples] = [0, 0, 0]),
    hear: (seconds: number, share: number, holesPerS: number, rttMs: number | null = 100) => {
      const waits: (number | null)[] = [];
      for (const end = now + seconds * 1_000; now < end; now += 500) {
        samples += RATE / 2;
        madeUp += (share * RATE) / 2;
        holes += holesPerS / 2;
        buffer.handleSample({ holes, madeUp, samples }, rttMs, now);
        waits.push(buffer.waitMs);
      }
      return waits;
    },
  };
}

describe('the wait of voices', () => {
  it('is the browser’s affair where hardly anything is missing', () => {
    expect(new Set(rig().hear(60, 0.002, 0.5))).toEqual(new Set([null]));
  });

  it('is longer as soon as words go missing again and again', () => {
    const waits = rig().hear(4, 0.03, 2);
    expect(waits.at(-1)).toBe(220);
  });

  it('does not follow one long hole', () => {
    const { hear } = rig();
    hear(5, 0, 0);
    expect(hear(0.5, 1, 2)).toEqual([null]);
    expect(new Set(hear(20, 0, 0))).toEqual(new Set([null]));
  });

  it('lasts, is let go to see, and lasts longer when it was needed still', () => {
    const { hear } = rig();
    hear(5, 0.03, 2);
    expect(hear(55, 0, 0)).not.toContain(null);
    expect(hear(15, 0, 0).at(-1)).toBe(null);
    hear(5, 0.03, 2);
    expect(hear(110, 0, 0)).not.toContain(null);
    expect(hear(20, 0, 0).at(-1)).toBe(null);
    hear(300, 0, 0);
    hear(5, 0.03, 2);
    expect(hear(70, 0, 0).at(-1)).toBe(null);
  });

  it('is of no use on a long way', () => {
    const { hear } = rig();
    expect(new Set(hear(20, 0.03, 2, 600))).toEqual(new Set([null]));
    expect(hear(1, 0.03, 2, null).at(-1)).toBe(220);
  });

  it('takes another connection for what it is', () => {
    const { anew, hear } = rig();
    hear(3, 0.005, 1);
    anew();
    expect(new Set(hear(5, 0, 0))).toEqual(new Set([null]));
  });
});
