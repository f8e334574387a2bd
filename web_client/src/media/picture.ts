/**
 * As what one's own picture is sent: the one place that sets the parameters of its encodings.
 *
 * Rule 1: nothing is sent that nobody watches. The gateway says which encodings somebody gets.
 * Rule 2: two sizes, for two is what Chromium sends of the 640 by 480 that devices.ts asks for: of
 * three it drops the largest. Of less than a quarter of 960 by 540 it sends one.
 * Rule 3: only VP8 is sent in two sizes. Other codecs are forwarded as they are, in one.
 */

/** Smallest first, as the gateway's answer has them. */
export const SMALL = 's';
export const LARGE = 'l';

/** Bits per second. The large one's is what Chromium allows one encoding of this size; two of them
 * would get half of it by themselves. The small one fills a tile, and leaves the voice its room. */
const CAPS = { [SMALL]: 200_000, [LARGE]: 1_700_000 } as const;

/** Bits and frames per second of a picture that must not be in the voice's way. */
const EASED = { maxBitrate: 200_000, maxFramerate: 12 } as const;

/** Pixels below which Chromium sends the smallest encoding alone. */
const FEWEST_FOR_TWO = 480 * 270;

export interface Wishes {
  /** The codec all in the room speak, such as "VP8"; null before the gateway has said it. */
  readonly codec: string | null;
  /** The encodings somebody is to get; null before the gateway has said it. */
  readonly wanted: readonly string[] | null;
  /** The way is narrow. */
  readonly eased: boolean;
  /** Pixels of the camera's picture; null where it is not known. */
  readonly pixels: number | null;
}

/** Newer than the types that come with the compiler. */
interface Encoding extends RTCRtpEncodingParameters {
  codec?: RTCRtpCodec;
  scalabilityMode?: string;
}

export interface Parameters {
  readonly codecs: readonly RTCRtpCodec[];
  readonly encodings: Encoding[];
}

/** What a video section is offered with. Nobody watches yet, so one encoding begins. */
export function firstEncodings(): RTCRtpEncodingParameters[] {
  return [
    { rid: SMALL, active: false, scaleResolutionDownBy: 2, maxBitrate: CAPS[SMALL] },
    { rid: LARGE, active: true, scaleResolutionDownBy: 1, maxBitrate: CAPS[LARGE] },
  ];
}

/** Make a sender's parameters what they should be. Pure but for `parameters` itself. */
export function shape(parameters: Parameters, wishes: Wishes): void {
  const { codecs, encodings } = parameters;
  const codec = wishes.codec === null ? undefined : find(codecs, wishes.codec);
  const inUse = (codec ?? codecs[0])?.mimeType.toLowerCase();
  const isVp8 = inUse === undefined || inUse === 'video/vp8';
  const active = choose(
    encodings.map(({ rid }) => rid ?? ''),
    wishes,
    isVp8,
  );
  encodings.forEach((encoding, place) => {
    const cap = (CAPS as Readonly<Record<string, number>>)[encoding.rid ?? ''];
    const maxBitrate = wishes.eased ? EASED.maxBitrate : cap;
    encoding.active = active.has(place);
    assign(encoding, 'maxBitrate', maxBitrate);
    assign(encoding, 'maxFramerate', wishes.eased ? EASED.maxFramerate : undefined);
    if (codec !== undefined) encoding.codec = codec;
    // Several VP9 encodings without a mode would be layers of one stream, in Chromium.
    assign(encoding, 'scalabilityMode', isVp8 || encodings.length === 1 ? undefined : 'L1T1');
  });
}

/** The places of the encodings to send: never none, for a path that is silent looks broken. */
function choose(rids: readonly string[], wishes: Wishes, isVp8: boolean): ReadonlySet<number> {
  const largest = rids.length - 1;
  const few = wishes.pixels !== null && wishes.pixels < FEWEST_FOR_TWO;
  if (!isVp8 || few || largest <= 0) return new Set([largest]);
  if (wishes.eased) return new Set([0]);
  if (wishes.wanted === null) return new Set([largest]);
  const wanted = wishes.wanted.map((rid) => rids.indexOf(rid)).filter((place) => place >= 0);
  return new Set(wanted.length === 0 ? [0] : wanted);
}

function find(codecs: readonly RTCRtpCodec[], name: string): RTCRtpCodec | undefined {
  const wanted = `video/${name.replace(/^video\//i, '')}`.toLowerCase();
  return codecs.find((other) => other.mimeType.toLowerCase() === wanted);
}

function assign<Key extends keyof Encoding>(
  encoding: Encoding,
  key: Key,
  value: Encoding[Key] | undefined,
): void {
  if (value === undefined) Reflect.deleteProperty(encoding, key);
  else encoding[key] = value;
}

/** A video sender, kept as its wishes have it. Changes are made one after the other. */
export class PictureSender {
  private wishes: Wishes = { codec: null, wanted: null, eased: false, pixels: null };
  private busy = false;
  private again = false;

  constructor(private readonly sender: Pick<RTCRtpSender, 'getParameters' | 'setParameters'>) {}

  async wish(wishes: Wishes): Promise<void> {
    this.wishes = wishes;
    this.again = true;
    if (this.busy) return;
    this.busy = true;
    while (this.again) {
      this.again = false;
      await this.apply();
    }
    this.busy = false;
  }

  private async apply(): Promise<void> {
    if (await this.set(this.wishes)) return;
    // A browser that cannot switch keeps the codec of its answer; the rest is still to be done.
    if (this.wishes.codec !== null) await this.set({ ...this.wishes, codec: null });
  }

  private async set(wishes: Wishes): Promise<boolean> {
    const parameters = this.sender.getParameters();
    const before = JSON.stringify(parameters.encodings);
    shape(parameters, wishes);
    // To set what is set already restarts an encoder in some browsers.
    if (JSON.stringify(parameters.encodings) === before) return true;
    try {
      await this.sender.setParameters(parameters);
      return true;
    } catch {
      return false;
    }
  }
}

/** Pixels of a camera's picture, where the browser says it. */
export function pixelsOf(track: MediaStreamTrack | null): number | null {
  const { width, height } = track?.getSettings() ?? {};
  return width === undefined || height === undefined ? null : width * height;
}
