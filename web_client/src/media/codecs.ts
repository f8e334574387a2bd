/** Which codecs an offer names, and in which order. A short offer is a fast one. */

export interface CodecName {
  readonly mimeType: string;
}

const AUDIO = ['audio/opus', 'audio/red'];
const VIDEO = ['video/vp8', 'video/h264', 'video/vp9', 'video/av1', 'video/rtx'];

/** Keep what this client speaks, in its order of preference; what it does not name is left out. */
export function preferred<Codec extends CodecName>(
  kind: 'audio' | 'video',
  codecs: readonly Codec[],
): Codec[] {
  const order = kind === 'audio' ? AUDIO : VIDEO;
  const rank = (codec: Codec): number => order.indexOf(codec.mimeType.toLowerCase());
  return codecs
    .filter((codec) => rank(codec) >= 0)
    .map((codec, place) => ({ codec, place }))
    .sort((a, b) => rank(a.codec) - rank(b.codec) || a.place - b.place)
    .map(({ codec }) => codec);
}

/** Apply {@link preferred} to a transceiver, where the browser lets us. */
export function preferCodecs(transceiver: RTCRtpTransceiver, kind: 'audio' | 'video'): void {
  const able = RTCRtpReceiver.getCapabilities(kind)?.codecs ?? [];
  const wanted = preferred(kind, able);
  if (wanted.length === 0) return;
  try {
    transceiver.setCodecPreferences(wanted);
  } catch {
    // An older browser offers all it has; the gateway picks from that.
  }
}

/** Send with `codec` (such as "VP8") from now on, without a new offer, where the browser can. */
export async function switchCodec(sender: RTCRtpSender, codec: string): Promise<void> {
  const name = `video/${codec.replace(/^video\//i, '')}`.toLowerCase();
  const parameters = sender.getParameters();
  const found = parameters.codecs.find((other) => other.mimeType.toLowerCase() === name);
  const encoding = parameters.encodings[0] as
    (RTCRtpEncodingParameters & { codec?: RTCRtpCodec }) | undefined;
  if (found === undefined || encoding === undefined) return;
  encoding.codec = found;
  try {
    await sender.setParameters(parameters);
  } catch {
    // This browser cannot switch; it keeps the codec of its answer.
  }
}

/** Bits and frames per second of a picture that must not be in the voice's way. */
const EASED = { maxBitrate: 200_000, maxFramerate: 12 } as const;

/** Send a smaller, slower picture from now on. */
export async function easeSender(sender: RTCRtpSender): Promise<void> {
  const parameters = sender.getParameters();
  const encoding = parameters.encodings[0];
  if (encoding === undefined) return;
  Object.assign(encoding, EASED);
  try {
    await sender.setParameters(parameters);
  } catch {
    // Not negotiated yet: the answer to the next offer brings it again.
  }
}
