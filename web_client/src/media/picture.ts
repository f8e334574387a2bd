/**
 * As what one's own picture is sent: the one place that sets the parameters of its encodings.
 *
 * Rule 1: nothing is sent that nobody watches. The gateway says which encodings somebody gets.
 * Rule 2: two sizes, for two is what Chromium sends of the 640 by 480 that devices.ts asks for: of
 * three it drops the largest. Of less than a quarter of 960 by 540 it sends one.
 * Rule 3: only VP8 is sent in two sizes. Other codecs are forwarded as they are, in one.
 * Rule 4: never more is sent than somebody can be given, nor than one's own way up carries; of that,
 * the smaller size has its share first.
 * Rule 5: where the face is to be sharp, the smaller one is not smaller while it is sent alone.
 */

import { type Format, FormatChoice } from './picture-format';
import type { Cue } from '../protocol/wire';

/** Smallest first, as the gateway's answer has them. */
export const SMALL = 's';
export const LARGE = 'l';

/** Bits per second. The small one fills a tile, and leaves the voice its room. */
const SMALL_BPS = 200_000;

/** The large one's by the pixels it has at least: 0.05 bits a pixel at 30 frames a second, where a face is clear.
 * Chromium would take up to 2.5 Mbit/s of 720p: a third more of a phone's data and heat for what nobody
 * sees, and a line that narrows has its queue full so much sooner. */
const LARGE_BPS = [
  [1280 * 720, 1_500_000],
  [960 * 540, 1_200_000],
  [0, 1_000_000],
] as const;

/** What a picture of so many pixels takes without a bound; null is what devices.ts asks for. */
export function fullBps(pixels: number | null): number {
  return LARGE_BPS.find(([least]) => (pixels ?? 0) >= least)?.[1] ?? 0;
}
const SCALES = { [SMALL]: 2, [LARGE]: 1 } as const;

/** With less than this left for it, the large one would be no better than the small one is. */
const LEAST_FOR_LARGE = 100_000;

/** How often a format that may become a better one is looked at. */
const AGAIN_MS = 1_000;

/** Pixels below which Chromium sends the smallest encoding alone. */
const FEWEST_FOR_TWO = 480 * 270;

export interface Wishes {
  /** The codec all in the room speak, such as "VP8"; null before the gateway has said it. */
  readonly codec: string | null;
  /** The encodings somebody is to get; null before the gateway has said it. */
  readonly wanted: readonly string[] | null;
  /** Bits per second that each encoding is worth: whoever gets one gets no more; null for no bound. */
  readonly each: number | null;
  /** Bits per second of all encodings together; 0 is no picture, null no bound. */
  readonly bps: number | null;
  /** Pixels of the camera's picture; null where it is not known. */
  readonly pixels: number | null;
  /** What should be kept best of the picture. */
  readonly cue: Cue;
}

/** Newer than the types that come with the compiler. */
interface Encoding extends RTCRtpEncodingParameters {
  codec?: RTCRtpCodec;
  scalabilityMode?: string;
}

export interface Parameters {
  readonly codecs: readonly RTCRtpCodec[];
  readonly encodings: Encoding[];
  degradationPreference?: RTCDegradationPreference;
}

/** What a video section is offered with. Nobody watches yet, so one encoding begins. */
export function firstEncodings(): RTCRtpEncodingParameters[] {
  return [
    { rid: SMALL, active: false, scaleResolutionDownBy: 2, maxBitrate: SMALL_BPS },
    { rid: LARGE, active: true, scaleResolutionDownBy: 1, maxBitrate: fullBps(null) },
  ];
}

/** Make a sender's parameters what they should be. Pure but for `parameters` itself. */
export function shape(parameters: Parameters, wishes: Wishes, format: Format): void {
  const { codecs, encodings } = parameters;
  const codec = wishes.codec === null ? undefined : find(codecs, wishes.codec);
  const inUse = (codec ?? codecs[0])?.mimeType.toLowerCase();
  const isVp8 = inUse === undefined || inUse === 'video/vp8';
  const rids = encodings.map(({ rid }) => rid ?? '');
  const shares = share(rids, choose(rids, wishes, isVp8), wishes);
  const alone = shares.filter((given) => given !== 0).length === 1;
  const whole = alone && wishes.cue === 'detail';
  encodings.forEach((encoding, place) => {
    const given = shares[place];
    encoding.active = given !== 0;
    if (encoding.active) {
      assign(encoding, 'maxBitrate', given);
      const scale = (SCALES as Readonly<Record<string, number>>)[encoding.rid ?? ''] ?? 1;
      encoding.scaleResolutionDownBy = Math.max(whole ? 1 : scale, format.scale);
      assign(encoding, 'maxFramerate', format.frames ?? undefined);
    }
    if (codec !== undefined) encoding.codec = codec;
    // Several VP9 encodings without a mode would be layers of one stream, in Chromium.
    assign(encoding, 'scalabilityMode', isVp8 || encodings.length === 1 ? undefined : 'L1T1');
  });
  assign(parameters, 'degradationPreference', format.keeps ?? undefined);
}

/** The places of the encodings that are wanted: never none, for a path that is silent looks broken. */
function choose(rids: readonly string[], wishes: Wishes, isVp8: boolean): ReadonlySet<number> {
  const largest = rids.length - 1;
  const few = wishes.pixels !== null && wishes.pixels < FEWEST_FOR_TWO;
  if (!isVp8 || few || largest <= 0) return new Set([largest]);
  if (wishes.wanted === null) return new Set([largest]);
  const wanted = wishes.wanted.map((rid) => rids.indexOf(rid)).filter((place) => place >= 0);
  return new Set(wanted.length === 0 ? [0] : wanted);
}

/** What each encoding may have: 0 is nothing, undefined as much as it takes. */
function share(
  rids: readonly string[],
  wanted: ReadonlySet<number>,
  { each, bps, pixels }: Pick<Wishes, 'each' | 'bps' | 'pixels'>,
): (number | undefined)[] {
  let left = bps ?? Infinity;
  let least = 0;
  return rids.map((rid, place) => {
    if (!wanted.has(place) || left <= 0 || left < least) return 0;
    const cap = rid === LARGE ? fullBps(pixels) : rid === SMALL ? SMALL_BPS : Infinity;
    const given = Math.min(cap, each ?? Infinity, left);
    left -= given;
    least = LEAST_FOR_LARGE;
    return Number.isFinite(given) ? given : undefined;
  });
}

function find(codecs: readonly RTCRtpCodec[], name: string): RTCRtpCodec | undefined {
  const wanted = `video/${name.replace(/^video\//i, '')}`.toLowerCase();
  return codecs.find((other) => other.mimeType.toLowerCase() === wanted);
}

function assign<Thing extends object, Key extends keyof Thing>(
  thing: Thing,
  key: Key,
  value: Thing[Key] | undefined,
): void {
  if (value === undefined) Reflect.deleteProperty(thing, key);
  else thing[key] = value;
}

/** A video sender, kept as its wishes have it. Changes are made one after the other. */
export class PictureSender {
  private wishes: Wishes = {
    codec: null,
    wanted: null,
    each: null,
    bps: null,
    pixels: null,
    cue: 'balanced',
  };
  /** What the browser was last told to give up last: not every one tells it again. */
  private keeps: Format['keeps'] = null;
  private readonly format = new FormatChoice();
  private later: ReturnType<typeof setTimeout> | null = null;
  private closed = false;
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

  /** The sender is of no more use. */
  close(): void {
    this.closed = true;
    if (this.later !== null) clearTimeout(this.later);
  }

  private choose(wishes: Wishes): Format {
    const format = this.format.take(narrower(wishes), wishes.cue, wishes.pixels, performance.now());
    if (this.format.waits && !this.closed) this.later ??= setTimeout(() => this.look(), AGAIN_MS);
    return format;
  }

  /** Something else may have changed the sender's parameters. */
  async wishAgain(): Promise<void> {
    if (!this.closed) await this.wish(this.wishes);
  }

  private look(): void {
    this.later = null;
    void this.wishAgain();
  }

  private async set(wishes: Wishes): Promise<boolean> {
    const parameters = this.sender.getParameters();
    const before = JSON.stringify(parameters.encodings);
    const format = this.choose(wishes);
    shape(parameters, wishes, format);
    // To set what is set already restarts an encoder in some browsers.
    const same = JSON.stringify(parameters.encodings) === before;
    if (same && format.keeps === this.keeps) return true;
    try {
      await this.sender.setParameters(parameters);
      this.keeps = format.keeps;
      return true;
    } catch {
      return false;
    }
  }
}

/** The narrower of the two bounds; null where there is none. */
export function narrower({ each, bps }: Pick<Wishes, 'each' | 'bps'>): number | null {
  return each === null || bps === null ? (each ?? bps) : Math.min(each, bps);
}

/** Pixels of a camera's picture, where the browser says it. */
export function pixelsOf(track: MediaStreamTrack | null): number | null {
  const { width, height } = track?.getSettings() ?? {};
  return width === undefined || height === undefined ? null : width * height;
}
