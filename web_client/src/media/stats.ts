/** What a page reads from its own statistics: the chosen path's counters and its protection. */

/** A track that is sent is reported on every second. */
const FRESH_MS = 3_000;

type Counter =
  | 'packetsReceived'
  | 'packetsLost'
  | 'packetsSent'
  | 'bytesSent'
  | 'headerBytesSent'
  | 'nackCount'
  | 'freezeCount'
  | 'concealmentEvents'
  | 'concealedSamples'
  | 'silentConcealedSamples'
  | 'totalSamplesReceived';

interface Entry extends Readonly<Partial<Record<Counter, number>>> {
  readonly type: string;
  readonly id: string;
  readonly timestamp?: number;
  readonly kind?: string;
  readonly nominated?: boolean;
  readonly state?: string;
  readonly bytesReceived?: number;
  readonly currentRoundTripTime?: number;
  readonly selectedCandidatePairId?: string;
  readonly srtpCipher?: string;
  readonly roundTripTime?: number;
  readonly availableOutgoingBitrate?: number;
}

export interface PathStats {
  /** Bytes received on the pair in use; null when the browser does not say. */
  readonly bytes: number | null;
  /** The SRTP cipher's registered name, when the browser says it. */
  readonly cipher: string | null;
  /** The round trip on the pair in use; null when the browser does not say. */
  readonly rttMs: number | null;
  /** Packets of sound and picture received, and lost on the way here, ever. */
  readonly received: number;
  readonly lost: number;
  /** Packets of sound received, ever. */
  readonly voice: number;
  /** Of pictures, ever: packets asked for again, and how often one stood still (0 where the browser does not count). */
  readonly asked: number;
  readonly frozen: number;
  /** Of all voices, ever: holes that were filled, samples made up where something was said, all samples. */
  readonly played: { readonly holes: number; readonly madeUp: number; readonly samples: number };
  /** What the browser believes the way up carries, in bits per second; null where it does not say. */
  readonly estimateBps: number | null;
  /** Packets of sound and picture sent, and lost on the way there, ever, by the other end's reports. */
  readonly sent: number;
  readonly sentLost: number;
  /** Bytes of sound and picture sent, headers of RTP included, ever. */
  readonly sentBytes: number;
}

interface Pair {
  readonly type: string;
  readonly id: string;
  readonly nominated?: boolean;
  readonly state?: string;
  readonly selectedCandidatePairId?: string;
}

/** The pair in use. Firefox names no selected pair: there the nominated one is it. */
export function chosenPair<Each extends Pair>(all: readonly Each[]): Each | undefined {
  const transport = all.find((entry) => entry.type === 'transport');
  const pairs = all.filter((entry) => entry.type === 'candidate-pair');
  return (
    pairs.find((pair) => pair.id === transport?.selectedCandidatePairId) ??
    pairs.find((pair) => pair.nominated === true && pair.state === 'succeeded')
  );
}

/** Read a report. */
export function readPath(report: Iterable<[string, unknown]>): PathStats {
  const all = [...report].map(([, entry]) => entry as Entry);
  const transport = all.find((entry) => entry.type === 'transport');
  const inbound = all.filter((entry) => entry.type === 'inbound-rtp');
  const voices = inbound.filter((entry) => entry.kind === 'audio');
  const pictures = inbound.filter((entry) => entry.kind === 'video');
  const chosen = chosenPair(all);
  const outbound = all.filter((entry) => entry.type === 'outbound-rtp');
  const reports = all.filter((entry) => entry.type === 'remote-inbound-rtp');
  const rtt = roundTrip(all, reports, chosen);
  return {
    bytes: chosen?.bytesReceived ?? null,
    cipher: transport?.srtpCipher ?? null,
    rttMs: rtt === null ? null : rtt * 1_000,
    received: sum(inbound, 'packetsReceived'),
    lost: sum(inbound, 'packetsLost'),
    voice: sum(voices, 'packetsReceived'),
    played: {
      holes: sum(voices, 'concealmentEvents'),
      madeUp: sum(voices, 'concealedSamples') - sum(voices, 'silentConcealedSamples'),
      samples: sum(voices, 'totalSamplesReceived'),
    },
    asked: sum(pictures, 'nackCount'),
    frozen: sum(pictures, 'freezeCount'),
    estimateBps: chosen?.availableOutgoingBitrate ?? null,
    sent: sum(outbound, 'packetsSent'),
    sentLost: sum(reports, 'packetsLost'),
    sentBytes: sum(outbound, 'bytesSent') + sum(outbound, 'headerBytesSent'),
  };
}

/**
 * The newest word on the round trip, in seconds. A picture's reports come every second, and are of that
 * second; the pair's own checks come every few. A voice's reports echo a moment of up to five seconds
 * ago, when there may have been a queue that is gone.
 */
function roundTrip(
  all: readonly Entry[],
  reports: readonly Entry[],
  chosen: Entry | undefined,
): number | null {
  const [pictures, voices] = ['video', 'audio'].map((kind) =>
    newestRoundTrip(
      all,
      reports.filter((report) => report.kind === kind),
    ),
  );
  return pictures ?? chosen?.currentRoundTripTime ?? voices ?? null;
}

/**
 * What the last report says of the round trip, in seconds; null where none came lately. A track that
 * is not sent has no new reports: its last one may be of the worst moment of the call, for good.
 */
function newestRoundTrip(all: readonly Entry[], reports: readonly Entry[]): number | null {
  const now = Math.max(0, ...all.map(({ timestamp = 0 }) => timestamp));
  const fresh = reports.filter(
    ({ roundTripTime = 0, timestamp = now }) => roundTripTime > 0 && now - timestamp < FRESH_MS,
  );
  const newest = Math.max(0, ...fresh.map(({ timestamp = now }) => timestamp));
  const rtts = fresh.filter(({ timestamp = now }) => timestamp === newest);
  return rtts.length === 0 ? null : Math.max(...rtts.map(({ roundTripTime = 0 }) => roundTripTime));
}

function sum(entries: readonly Entry[], field: Counter): number {
  // A repeated packet counts as less than none lost (RFC 3550, 6.4.1).
  return entries.reduce((total, entry) => total + Math.max(0, entry[field] ?? 0), 0);
}
