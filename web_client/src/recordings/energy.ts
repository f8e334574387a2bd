/**
 * Where somebody spoke, as far as it was heard: the sound is measured while it plays, a quarter of a
 * second at a time. What was not played yet is not known, and is not drawn as silence. Pure.
 */

export const BIN_MS = 250;
/** Quieter than this is a room, not a voice (full scale is 0 dB). */
const QUIET_DB = -60;

export class EnergyTrack {
  /** Of each bin the loudest, 0 to 1; undefined is not known. */
  private readonly bins: (number | undefined)[] = [];

  /** `rms` is of samples between -1 and 1. */
  note(ms: number, rms: number): void {
    const bin = Math.floor(ms / BIN_MS);
    if (bin < 0) return;
    this.bins[bin] = Math.max(this.bins[bin] ?? 0, loudness(rms));
  }

  /** For drawing: the loudest within each of `count` equal parts of the whole; null is not known. */
  drawn(lengthMs: number, count: number): (number | null)[] {
    const perPart = lengthMs / BIN_MS / count;
    return Array.from({ length: count }, (_, part) => {
      const first = Math.floor(part * perPart);
      const known = this.bins
        .slice(first, Math.max(first + 1, Math.floor((part + 1) * perPart)))
        .filter((bin) => bin !== undefined);
      return known.length === 0 ? null : Math.max(...known);
    });
  }
}

/** As an ear hears it: in dB, between a quiet room and full scale. */
function loudness(rms: number): number {
  if (rms <= 0) return 0;
  const db = 20 * Math.log10(rms);
  return Math.min(1, Math.max(0, 1 - db / QUIET_DB));
}

/** Root mean square. */
export function rmsOf(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return samples.length === 0 ? 0 : Math.sqrt(sum / samples.length);
}
