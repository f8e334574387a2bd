import { describe, expect, it } from 'vitest';

import { type Cause, causeOf, StripWatch, VoiceWatch } from '../../src/media/silence-cause';

const BASE = { microphone: true, paused: false, gapMs: 0, unheard: false, quietMs: 0 };

describe('why somebody is not heard', () => {
  it.each<[Partial<typeof BASE>, Cause]>([
    [{}, 'speaking'],
    [{ quietMs: 499 }, 'speaking'],
    [{ quietMs: 500 }, 'quiet'],
    [{ quietMs: 60_000, gapMs: 349 }, 'quiet'],
    [{ quietMs: 60_000, gapMs: 350 }, 'network'],
    [{ unheard: true }, 'network'],
    [{ unheard: true, gapMs: 9_000, quietMs: 9_000, paused: true }, 'device'],
    [{ microphone: false, paused: true }, 'device'],
    [{ microphone: false, gapMs: 9_000, unheard: true, quietMs: 9_000 }, 'off'],
  ])('%o is %s', (evidence, cause) => {
    expect(causeOf({ ...BASE, ...evidence })).toBe(cause);
  });

  it('says nothing of what the browser does not tell', () => {
    const unknown = { microphone: true, paused: false, unheard: false } as const;
    expect(causeOf({ ...unknown, gapMs: null, quietMs: null })).toBe('speaking');
  });
});

/** The same sequence for every run (mulberry32). */
function chances(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type Trial = 'quiet' | 'network' | 'device';
const SPEAK_MS = 5_000;
const SILENT_MS = 5_000;

/** The last frame that is played at some time: on the way each may be late. */
function arrivals(stops: boolean, chance: () => number): (now: number) => number {
  let frame = 0;
  return (now) => {
    // What is under way when nothing more is sent has all come by the next look.
    const over = stops && now > SPEAK_MS;
    const late = over ? 0 : chance() < 0.05 ? 120 : chance() * 40;
    frame = Math.max(frame, Math.floor(((over ? SPEAK_MS : now) - late) / 20));
    return frame;
  };
}

/** Speech, then five seconds of one kind of silence, over a line with jitter. */
function labels(
  kind: Trial,
  chance: () => number,
): { readonly at: number; readonly cause: Cause }[] {
  const voice = new VoiceWatch();
  const toldAt = kind === 'device' ? SPEAK_MS + 20 + chance() * 200 : Infinity;
  // Some phones go on sending silence while a call has the microphone; some send nothing.
  const arrived = arrivals(kind === 'network' || (kind === 'device' && chance() < 0.5), chance);
  const seen: { at: number; cause: Cause }[] = [];
  for (let now = chance() * 100; now < SPEAK_MS + SILENT_MS; now += 100 + chance() * 20) {
    const frame = arrived(now);
    const silent = (now >= SPEAK_MS && kind !== 'network') || chance() < 0.15;
    const audioLevel = silent ? 0.0005 : 0.02 + 0.2 * chance();
    const sample = { timestamp: frame, rtpTimestamp: frame * 960, audioLevel };
    const paused = now >= toldAt;
    voice.handleLook(frame <= 0 ? null : sample, !paused, now);
    const [gapMs, quietMs] = [voice.gapMs(now), voice.quietMs()];
    const cause = causeOf({ microphone: true, paused, gapMs, unheard: false, quietMs });
    seen.push({ at: now - SPEAK_MS, cause });
  }
  return seen;
}

describe('thirty silences', () => {
  it('have their cause in time, and never another', () => {
    const chance = chances(1);
    const late: number[] = [];
    for (let trial = 0; trial < 30; trial++) {
      const kind = (['quiet', 'network', 'device'] as const)[trial % 3] ?? 'quiet';
      const seen = labels(kind, chance);
      expect(seen.filter(({ at, cause }) => at < 0 && cause !== 'speaking')).toEqual([]);
      const during = seen.filter(({ at }) => at >= 0);
      const first = during.find(({ cause }) => cause !== 'speaking');
      expect(first?.cause).toBe(kind);
      late.push(first?.at ?? Infinity);
      expect(during.filter(({ cause }) => cause !== 'speaking' && cause !== kind)).toEqual([]);
    }
    // "Quiet" takes half a second of silence to be one, and is shown after three seconds.
    expect(Math.max(...late)).toBeLessThanOrEqual(800);
    expect(late.filter((_, trial) => trial % 3 !== 0).every((at) => at <= 600)).toBe(true);
  });
});

describe('a voice as it is played', () => {
  function played(until: number, watch = new VoiceWatch(), from = 0): VoiceWatch {
    for (let now = from; now <= until; now += 100) {
      watch.handleLook({ timestamp: now, rtpTimestamp: now * 48, audioLevel: 0.1 }, true, now);
    }
    return watch;
  }

  function still(watch: VoiceWatch, at: number, from: number, until: number): void {
    for (let now = from; now <= until; now += 100)
      watch.handleLook({ timestamp: at, rtpTimestamp: at * 48, audioLevel: 0.1 }, true, now);
  }

  it('measures a gap and what was lost in it', () => {
    const watch = played(1_000);
    still(watch, 1_000, 1_100, 4_900);
    const gap = watch.handleLook({ timestamp: 5_000, rtpTimestamp: 5_000 * 48 }, true, 5_000);
    expect(gap).toEqual({ startedAt: 1_000, endedAt: 5_000, lostMs: 4_000 });
  });

  it('does not call lost what was only late', () => {
    const watch = played(1_000);
    still(watch, 1_000, 1_100, 4_900);
    const gap = watch.handleLook({ timestamp: 5_000, rtpTimestamp: 1_020 * 48 }, true, 5_000);
    expect(gap?.lostMs).toBe(20);
  });

  it('knows nothing of the time a page slept', () => {
    const watch = played(1_000);
    const frame = { timestamp: 60_000, rtpTimestamp: 60_000 * 48, audioLevel: 0.1 };
    expect(watch.handleLook(frame, true, 60_000)).toBeNull();
    expect(watch.gapMs(60_000)).toBe(0);
  });

  it('has no gap before anything was ever heard, nor while the microphone is off', () => {
    const watch = new VoiceWatch();
    for (let now = 0; now < 5_000; now += 100) watch.handleLook(null, true, now);
    expect(watch.gapMs(5_000)).toBeNull();
    const heard = played(1_000);
    for (let now = 1_100; now < 9_000; now += 100) heard.handleLook(null, false, now);
    expect(heard.gapMs(9_000)).toBeNull();
    heard.handleLook(null, true, 9_000);
    expect(heard.gapMs(9_300)).toBe(0);
  });
});

describe('the strip', () => {
  it('shows a silence after three seconds, with a count', () => {
    const strip = new StripWatch();
    expect(strip.handle('quiet', 2_900, 0, 0).kind).toBe('none');
    expect(strip.handle('quiet', 7_200, 0, 100)).toEqual({ kind: 'quiet', seconds: 7 });
    expect(strip.handle('speaking', 0, 0, 200).kind).toBe('none');
  });

  it('shows the line at once, and long enough to be read', () => {
    const strip = new StripWatch();
    expect(strip.handle('network', 0, 5_300, 0)).toEqual({ kind: 'network', seconds: 5 });
    expect(strip.handle('speaking', 0, 0, 1_900)).toEqual({ kind: 'network', seconds: 5 });
    expect(strip.handle('speaking', 0, 0, 2_000).kind).toBe('none');
  });

  it('lets a device take the place of the line at once', () => {
    const strip = new StripWatch();
    strip.handle('network', 0, 400, 0);
    expect(strip.handle('device', 0, 400, 100).kind).toBe('device');
    expect(strip.handle('off', 0, 0, 200).kind).toBe('none');
  });
});
