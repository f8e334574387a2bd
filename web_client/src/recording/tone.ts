/** One soft wooden note before a recording begins. Quiet, and not at all for who wants none. */

const KEPT_AS = 'tones';
const PITCH_HZ = 392;
const LOUD = 0.06;
const RING_S = 0.9;

/** Whether this tab makes tones. */
export function tonesOn(): boolean {
  try {
    return sessionStorage.getItem(KEPT_AS) !== 'off';
  } catch {
    return true;
  }
}

export function setTonesOn(on: boolean): void {
  try {
    if (on) sessionStorage.removeItem(KEPT_AS);
    else sessionStorage.setItem(KEPT_AS, 'off');
  } catch {
    // A browser that keeps nothing keeps no choice either.
  }
}

/** Never rejects: a browser that will not play leaves the words, which are what counts. */
export async function softTone(): Promise<void> {
  if (!tonesOn() || typeof AudioContext === 'undefined') return;
  const context = new AudioContext();
  try {
    await Promise.race([context.resume(), pause(200)]);
    const tone = context.createOscillator();
    const loudness = context.createGain();
    const start = context.currentTime + 0.02;
    tone.frequency.value = PITCH_HZ;
    loudness.gain.setValueAtTime(0, start);
    loudness.gain.linearRampToValueAtTime(LOUD, start + 0.03);
    loudness.gain.exponentialRampToValueAtTime(0.001, start + RING_S);
    tone.connect(loudness).connect(context.destination);
    tone.start(start);
    tone.stop(start + RING_S);
    await pause(RING_S * 1_000 + 100);
  } catch {
    // No sound, then.
  } finally {
    await context.close().catch(() => undefined);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
