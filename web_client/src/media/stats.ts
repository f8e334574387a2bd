/** What a page reads from its own statistics: the chosen path's counters and its protection. */

interface Entry {
  readonly type: string;
  readonly id: string;
  readonly kind?: string;
  readonly nominated?: boolean;
  readonly state?: string;
  readonly bytesReceived?: number;
  readonly currentRoundTripTime?: number;
  readonly selectedCandidatePairId?: string;
  readonly srtpCipher?: string;
  readonly packetsReceived?: number;
  readonly packetsLost?: number;
  readonly packetsSent?: number;
  readonly bytesSent?: number;
  readonly headerBytesSent?: number;
  readonly nackCount?: number;
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
  /** Packets of pictures asked for again, ever. */
  readonly asked: number;
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
  const chosen = chosenPair(all);
  const outbound = all.filter((entry) => entry.type === 'outbound-rtp');
  const reports = all.filter((entry) => entry.type === 'remote-inbound-rtp');
  // The reports of what was sent come every second, the pair's own checks every few.
  const reported = reports.map((entry) => entry.roundTripTime ?? 0).filter((rtt) => rtt > 0);
  const rtt = reported.length > 0 ? Math.max(...reported) : chosen?.currentRoundTripTime;
  return {
    bytes: chosen?.bytesReceived ?? null,
    cipher: transport?.srtpCipher ?? null,
    rttMs: rtt === undefined ? null : rtt * 1_000,
    received: sum(inbound, 'packetsReceived'),
    lost: sum(inbound, 'packetsLost'),
    voice: sum(
      inbound.filter((entry) => entry.kind === 'audio'),
      'packetsReceived',
    ),
    asked: sum(
      inbound.filter((entry) => entry.kind === 'video'),
      'nackCount',
    ),
    estimateBps: chosen?.availableOutgoingBitrate ?? null,
    sent: sum(outbound, 'packetsSent'),
    sentLost: sum(reports, 'packetsLost'),
    sentBytes: sum(outbound, 'bytesSent') + sum(outbound, 'headerBytesSent'),
  };
}

function sum(
  entries: readonly Entry[],
  field:
    | 'packetsReceived'
    | 'packetsLost'
    | 'packetsSent'
    | 'bytesSent'
    | 'headerBytesSent'
    | 'nackCount',
): number {
  // A repeated packet counts as less than none lost (RFC 3550, 6.4.1).
  return entries.reduce((total, entry) => total + Math.max(0, entry[field] ?? 0), 0);
}
