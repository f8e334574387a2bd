/**
 * As what one's own voice is sent, by the rung of the line. Pure but for `parameters` itself.
 *
 * In-band FEC is always on: the gateway's answer says so. A redundant copy (RED) has room on the best
 * rung alone: on the next it would take a third of what is left for the picture. {@link LOSSY} and
 * {@link COPIED} say where else it is worth its room. Longer frames save headers, some 65 bytes a packet with all that is around it:
 * on a line of 30 kbit/s they are what lets the voice through at all. They cost that much delay,
 * and a lost packet is a longer gap.
 *
 * Neither a codec's order nor a frame's length can be set by `setParameters` (Chromium refuses the
 * codec of an answer whose parameters are not its own). Both are in the answer, so the page gives its
 * browser the gateway's last answer again with its own words in it; the gateway is not asked.
 */

import type { Rung } from '../protocol/wire';

export interface VoiceSettings {
  readonly maxBitrate: number;
  readonly redundant: boolean;
  readonly frameMs: 20 | 40 | 60;
}

export const VOICE: Readonly<Record<Rung, VoiceSettings>> = {
  clear: { maxBitrate: 48_000, redundant: true, frameMs: 20 },
  saving: { maxBitrate: 32_000, redundant: false, frameMs: 20 },
  slow: { maxBitrate: 24_000, redundant: false, frameMs: 40 },
  voice: { maxBitrate: 16_000, redundant: false, frameMs: 40 },
  text: { maxBitrate: 12_000, redundant: false, frameMs: 60 },
};

/**
 * While a moment is kept steady no picture moves: what it leaves is the voice's, and from rung `voice` on
 * every word goes twice. On rung `slow` the frames are longer, so that this fits beside a still; on rung
 * `voice` they are as long as they get, so that it takes hardly more than the voice does by itself.
 */
export const GUARDED: Readonly<Record<Rung, VoiceSettings>> = {
  ...VOICE,
  saving: VOICE.clear,
  slow: { maxBitrate: 20_000, redundant: true, frameMs: 40 },
  voice: { maxBitrate: 12_000, redundant: true, frameMs: 60 },
};

/** The lower rungs of a line that loses by itself: every word goes twice, and a still passes beside it. */
export const LOSSY: Readonly<Record<Rung, VoiceSettings>> = {
  ...VOICE,
  slow: { maxBitrate: 16_000, redundant: true, frameMs: 40 },
  voice: GUARDED.voice,
};

/** Rung `saving` where the line loses by itself, or no picture is sent: what that leaves is the copy's. Only
 * what is sent shows that the line carries it, so that without this a call of voice alone would never be seen
 * to be fit for `clear`. */
export const COPIED: VoiceSettings = { maxBitrate: 28_000, redundant: true, frameMs: 20 };

/** An estimate of so much more than a voice takes says that it fits: it grows to half as much again. */
const ROOM = 1.05;

/** IP, UDP, SRTP with its tag, and header extensions. */
const HEADER_BITS = 68 * 8;

/** Bits per second that a voice takes on the line. */
export function voiceBps({ maxBitrate, redundant, frameMs }: VoiceSettings): number {
  return maxBitrate * (redundant ? 2 : 1) + (HEADER_BITS * 1_000) / frameMs;
}

/** Whether a line of this estimate, null where there is none, carries a voice that goes so. */
export function fits(voice: VoiceSettings, estimateBps: number | null): boolean {
  return estimateBps === null || estimateBps >= ROOM * voiceBps(voice);
}

/** Set what can be set without an answer; true when something was changed. */
export function bound(
  parameters: Pick<RTCRtpSendParameters, 'encodings'>,
  { maxBitrate }: Pick<VoiceSettings, 'maxBitrate'>,
): boolean {
  const changed = parameters.encodings.filter((encoding) => encoding.maxBitrate !== maxBitrate);
  for (const encoding of changed) encoding.maxBitrate = maxBitrate;
  return changed.length > 0;
}

/** Write into an answer, in the section one's voice is sent in, how it is to be sent. */
export function answerWith(answer: string, { redundant, frameMs }: VoiceSettings): string {
  let done = false;
  return answer
    .split(/(?=^m=)/m)
    .map((section) => {
      if (done || !section.startsWith('m=audio')) return section;
      done = true;
      return withFrames(redundant ? section : withoutRed(section), frameMs);
    })
    .join('');
}

/** Whether two settings are the same answer. */
export function sameAnswer(one: VoiceSettings, other: VoiceSettings): boolean {
  return one.redundant === other.redundant && one.frameMs === other.frameMs;
}

/** Opus before RED: a sender takes the first. */
function withoutRed(section: string): string {
  const red = /^a=rtpmap:(\d+) red\//im.exec(section)?.[1];
  if (red === undefined) return section;
  return section.replace(/^(m=audio \S+ \S+)((?: \d+)+)/, (_, head: string, types: string) => {
    const others = types.split(' ').filter((type) => type !== '' && type !== red);
    return [head, ...others, red].join(' ');
  });
}

function withFrames(section: string, frameMs: number): string {
  const plain = section.replace(/^a=ptime:.*\r\n/m, '');
  // What browsers do by themselves needs no words.
  return frameMs === 20 ? plain : `${plain}a=ptime:${frameMs}\r\n`;
}
