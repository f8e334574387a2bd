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
