/** Where the sound comes out, and a soft tone to try it with. */

/** Whether this browser lets a page choose a speaker at all. */
export function canChooseSpeaker(): boolean {
  return 'setSinkId' in HTMLMediaElement.prototype;
}

/** Send an element's sound to a speaker; the empty id is the system's own choice. */
export async function useSpeaker(element: HTMLMediaElement, id: string): Promise<void> {
  // A speaker that went away meanwhile leaves the sound where it was.
  if (canChooseSpeaker()) await element.setSinkId(id).catch(() => undefined);
}

/** Hz and start in seconds: two soft wooden notes, a fifth apart. */
const NOTES = [
  { pitch: 392, at: 0 },
  { pitch: 587.3, at: 0.35 },
] as const;
const RING_S = 0.9;

/** Play the test sound through a speaker. Settles when it has faded. */
export async function playTestSound(speaker: string): Promise<void> {
  const context = new AudioContext();
  const out = context.createMediaStreamDestination();
  const element = new Audio();
  element.srcObject = out.stream;
  try {
    await useSpeaker(element, speaker);
    await Promise.all([context.resume(), element.play()]);
    const start = context.currentTime + 0.1;
    for (const { pitch, at } of NOTES) ring(context, out, pitch, start + at);
    await new Promise((resolve) => setTimeout(resolve, 1_600));
  } finally {
    element.srcObject = null;
    await context.close();
  }
}

function ring(context: AudioContext, out: AudioNode, pitch: number, start: number): void {
  const tone = context.createOscillator();
  const loudness = context.createGain();
  tone.frequency.value = pitch;
  loudness.gain.setValueAtTime(0, start);
  loudness.gain.linearRampToValueAtTime(0.25, start + 0.02);
  loudness.gain.exponentialRampToValueAtTime(0.001, start + RING_S);
  tone.connect(loudness).connect(out);
  tone.start(start);
  tone.stop(start + RING_S);
}
