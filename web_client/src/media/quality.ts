/**
 * How one's own line was over the last seconds, from the browser's statistics. Pure.
 *
 * Rule 1: what a browser does not count is left out of the report. It is never a zero.
 * Rule 2: counters are compared with those of the report before. A stream that is new, or whose
 * counters went back, says nothing yet.
 * Rule 3: nothing in it says who: no address, no identifier, and all people's media together.
 */

import type { Freezes } from './freeze-watch';
import { chosenPair } from './stats';
import type {
  CandidateType,
  Hearing,
  IcePath,
  IceTransport,
  Reconnect,
  ReportQuality,
  Seeing,
  Sending,
} from '../protocol/wire';

/** The gateway's bounds (signaling/reports.py); a report outside of them is refused whole. */
export const LONGEST_MS = 60_000;
const MOST_BPS = 1e9;
const MOST_FPS = 240;
const MOST_FREEZES = 600;
const LONGEST_WATCHED_MS = 1_000_000;
const MOST_RECONNECTS = 8;
const LONGEST_RECONNECT_MS = 600_000;

type Counter =
  'packets' | 'lost' | 'bytes' | 'frames' | 'concealed' | 'samples' | 'waitedS' | 'emitted';

type Counters = Readonly<Partial<Record<Counter, number>>>;

interface Stream {
  readonly way: 'up' | 'down';
  readonly kind: 'audio' | 'video';
  readonly mid: string | null;
  readonly counters: Counters;
  readonly jitterS: number | undefined;
}

/** What one report of the browser's says, as far as it is of use here. */
export interface Snapshot {
  readonly at: number;
  readonly rttMs: number | undefined;
  readonly path: IcePath | null;
  readonly streams: ReadonlyMap<string, Stream>;
}

/** What the page knows beside the browser's statistics. */
export interface Beside {
  /** The sections on which somebody's voice ought to have come all the while. */
  readonly voices: ReadonlySet<string>;
  /** Of pictures that ought to have moved; null when none did, or none can be followed. */
  readonly freezes: Freezes | null;
  /** The path last told. */
  readonly told: IcePath | null;
  readonly reconnects: readonly Reconnect[];
}

interface Entry {
  readonly type: string;
  readonly id: string;
  readonly kind?: string;
  readonly mid?: string | null;
  readonly localId?: string;
  readonly localCandidateId?: string;
  readonly remoteCandidateId?: string;
  readonly selectedCandidatePairId?: string;
  readonly nominated?: boolean;
  readonly state?: string;
  readonly currentRoundTripTime?: number;
  readonly candidateType?: string;
  readonly protocol?: string;
  readonly relayProtocol?: string;
  readonly jitter?: number;
  readonly packetsReceived?: number;
  readonly packetsSent?: number;
  readonly packetsLost?: number;
  readonly bytesReceived?: number;
  readonly bytesSent?: number;
  readonly framesDecoded?: number;
  readonly framesEncoded?: number;
  readonly concealedSamples?: number;
  readonly totalSamplesReceived?: number;
  readonly jitterBufferDelay?: number;
  readonly jitterBufferEmittedCount?: number;
}

/** Read one report of the browser's. */
export function readSnapshot(report: Iterable<[string, unknown]>, now: number): Snapshot {
  const all = [...report].map(([, entry]) => entry as Entry);
  const pair = chosenPair(all);
  const rtt = pair?.currentRoundTripTime;
  return {
    at: now,
    rttMs: rtt === undefined ? undefined : rtt * 1_000,
    path: pair === undefined ? null : pathOf(all, pair),
    streams: new Map(all.flatMap((entry) => streamOf(entry, all))),
  };
}

function streamOf(entry: Entry, all: readonly Entry[]): [string, Stream][] {
  const { kind } = entry;
  if (kind !== 'audio' && kind !== 'video') return [];
  const mid = entry.mid ?? null;
  if (entry.type === 'inbound-rtp') {
    const stream = { way: 'down', kind, mid, counters: received(entry), jitterS: entry.jitter };
    return [[entry.id, stream as Stream]];
  }
  if (entry.type !== 'outbound-rtp') return [];
  // What became of it is in the gateway's receiver reports.
  const there = all.find(
    (other) => other.type === 'remote-inbound-rtp' && other.localId === entry.id,
  );
  const counters = known({
    packets: entry.packetsSent,
    lost: there?.packetsLost,
    bytes: entry.bytesSent,
    frames: entry.framesEncoded,
  });
  return [[entry.id, { way: 'up', kind, mid, counters, jitterS: there?.jitter }]];
}

function received(entry: Entry): Counters {
  return known({
    packets: entry.packetsReceived,
    lost: entry.packetsLost,
    bytes: entry.bytesReceived,
    frames: entry.framesDecoded,
    concealed: entry.concealedSamples,
    samples: entry.totalSamplesReceived,
    waitedS: entry.jitterBufferDelay,
    emitted: entry.jitterBufferEmittedCount,
  });
}

const TYPES: readonly string[] = ['host', 'srflx', 'prflx', 'relay'] satisfies CandidateType[];
const TRANSPORTS: readonly string[] = ['udp', 'tcp', 'tls'] satisfies IceTransport[];

function pathOf(all: readonly Entry[], pair: Entry): IcePath | null {
  const ends = [pair.localCandidateId, pair.remoteCandidateId];
  const [local, remote] = ends.map((id) => all.find((entry) => entry.id === id));
  const from = local?.candidateType;
  const to = remote?.candidateType;
  const transport = (local?.relayProtocol ?? local?.protocol)?.toLowerCase();
  if (!isOneOf(TYPES, from) || !isOneOf(TYPES, to) || !isOneOf(TRANSPORTS, transport)) return null;
  return {
    local: from as CandidateType,
    remote: to as CandidateType,
    transport: transport as IceTransport,
  };
}

function isOneOf(words: readonly string[], word: string | undefined): boolean {
  return word !== undefined && words.includes(word);
}

/** What has changed from one snapshot to the next, as the gateway is told; null is too soon. */
export function reduceQuality(
  before: Snapshot,
  after: Snapshot,
  beside: Beside,
): ReportQuality | null {
  const spanMs = after.at - before.at;
  if (spanMs < 1_000 || spanMs > LONGEST_MS) return null;
  const streams = changes(before, after);
  const flow = (way: Stream['way'], kind: Stream['kind']): readonly Stream[] =>
    streams.filter((stream) => stream.way === way && stream.kind === kind);
  const isNew = after.path !== null && !samePath(after.path, beside.told);
  return {
    type: 'report_quality',
    span_ms: Math.round(spanMs),
    ...known({
      rtt_ms: bounded(after.rttMs, LONGEST_MS),
      audio_up: sending(flow('up', 'audio'), spanMs),
      video_up: sending(flow('up', 'video'), spanMs),
      audio_down: hearing(flow('down', 'audio'), spanMs, beside.voices),
      video_down: seeing(flow('down', 'video'), spanMs, beside.freezes),
      path: isNew ? after.path : undefined,
    }),
    reconnects: beside.reconnects.slice(-MOST_RECONNECTS).map(({ cause, took_ms }) => ({
      cause,
      took_ms: Math.min(LONGEST_RECONNECT_MS, Math.max(0, Math.round(took_ms))),
    })),
  };
}

export function samePath(one: IcePath, other: IcePath | null): boolean {
  return (
    one.local === other?.local && one.remote === other.remote && one.transport === other.transport
  );
}

/** Each stream's counters since the snapshot before; those that tell nothing left out. */
function changes(before: Snapshot, after: Snapshot): readonly Stream[] {
  return [...after.streams].flatMap(([id, stream]) => {
    const old = before.streams.get(id)?.counters;
    if (old === undefined) return [];
    const counters: Partial<Record<Counter, number>> = {};
    for (const name of Object.keys(stream.counters) as Counter[]) {
      const [now, then] = [stream.counters[name], old[name]];
      if (now !== undefined && then !== undefined) counters[name] = now - then;
    }
    // Loss alone may go back: what was given up came after all.
    const wentBack = Object.entries(counters).some(([name, by]) => name !== 'lost' && by < 0);
    return wentBack ? [] : [{ ...stream, counters }];
  });
}

function sending(streams: readonly Stream[], spanMs: number): Sending | undefined {
  const active = streams.filter((stream) => (stream.counters.packets ?? 0) > 0);
  if (active.length === 0) return undefined;
  const heard = active.filter((stream) => stream.counters.lost !== undefined);
  return known({
    loss: share(Math.max(0, sum(heard, 'lost') ?? 0), sum(heard, 'packets')),
    ...common(active, spanMs),
    fps: fps(active, spanMs),
  });
}

function hearing(
  streams: readonly Stream[],
  spanMs: number,
  voices: ReadonlySet<string>,
): Hearing | undefined {
  // Where a microphone is off nothing comes, and what is played in its place is no concealment.
  const spoken = streams.filter(({ mid, counters }) =>
    mid === null ? (counters.packets ?? 0) > 0 : voices.has(mid),
  );
  if (spoken.length === 0) return undefined;
  const waited = sum(spoken, 'waitedS');
  const emitted = sum(spoken, 'emitted');
  return known({
    loss: lossOf(spoken),
    ...common(spoken, spanMs),
    concealed: share(sum(spoken, 'concealed'), sum(spoken, 'samples')),
    buffer_ms:
      waited === undefined || !emitted
        ? undefined
        : bounded((waited / emitted) * 1_000, LONGEST_MS),
  });
}

function seeing(
  streams: readonly Stream[],
  spanMs: number,
  freezes: Freezes | null,
): Seeing | undefined {
  const active = streams.filter((stream) => (stream.counters.packets ?? 0) > 0);
  const seen = freezes !== null && freezes.watchedMs > 0 ? freezes : null;
  if (active.length === 0 && seen === null) return undefined;
  return known({
    ...(active.length === 0
      ? {}
      : { loss: lossOf(active), ...common(active, spanMs), fps: fps(active, spanMs) }),
    freezes: seen === null ? undefined : Math.min(MOST_FREEZES, seen.freezes),
    frozen_ms: bounded(seen?.frozenMs, LONGEST_WATCHED_MS),
    watched_ms: bounded(seen?.watchedMs, LONGEST_WATCHED_MS),
  });
}

function common(streams: readonly Stream[], spanMs: number) {
  const jitters = streams.flatMap(({ jitterS }) => (jitterS === undefined ? [] : [jitterS]));
  const bytes = sum(streams, 'bytes');
  return {
    jitter_ms: jitters.length === 0 ? undefined : bounded(Math.max(...jitters) * 1_000, LONGEST_MS),
    bitrate_bps: bytes === undefined ? undefined : bounded((bytes * 8_000) / spanMs, MOST_BPS),
  };
}

function fps(streams: readonly Stream[], spanMs: number): number | undefined {
  const frames = streams.flatMap(({ counters }) =>
    counters.frames === undefined ? [] : [counters.frames],
  );
  return frames.length === 0
    ? undefined
    : bounded((Math.max(...frames) * 1_000) / spanMs, MOST_FPS);
}

function lossOf(streams: readonly Stream[]): number | undefined {
  const lost = sum(streams, 'lost');
  const came = sum(streams, 'packets');
  if (lost === undefined || came === undefined) return undefined;
  // A repeated packet counts as less than none lost (RFC 3550, 6.4.1).
  return share(Math.max(0, lost), Math.max(0, lost) + came);
}

/** The sum of a counter over the streams that have it; undefined where none has. */
function sum(streams: readonly Stream[], name: Counter): number | undefined {
  const found = streams.flatMap(({ counters }) => {
    const value = counters[name];
    return value === undefined ? [] : [value];
  });
  return found.length === 0 ? undefined : found.reduce((total, value) => total + value, 0);
}

function share(part: number | undefined, whole: number | undefined): number | undefined {
  if (part === undefined || whole === undefined || whole <= 0) return undefined;
  return Math.round(Math.min(1, Math.max(0, part / whole)) * 10_000) / 10_000;
}

/** A figure within the gateway's bounds, to a tenth; undefined where there is none. */
function bounded(value: number | undefined, most: number): number | undefined {
  if (value === undefined || !Number.isFinite(value)) return undefined;
  return Math.round(Math.min(most, Math.max(0, value)) * 10) / 10;
}

/** The same without what is not known. */
function known<Fields extends object>(
  fields: Fields,
): { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Fields]?: Exclude<Fields[Name], undefined>;
  };
}
