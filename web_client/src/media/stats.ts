/** What a page reads from its own statistics: the chosen path's counters and its protection. */

interface PairStats {
  readonly type: string;
  readonly id: string;
  readonly nominated?: boolean;
  readonly state?: string;
  readonly bytesReceived?: number;
  readonly selectedCandidatePairId?: string;
  readonly srtpCipher?: string;
}

export interface PathStats {
  /** Bytes received on the pair in use; null when the browser does not say. */
  readonly bytes: number | null;
  /** The SRTP cipher's registered name, when the browser says it. */
  readonly cipher: string | null;
}

/** Read a report. Firefox names no selected pair: there the nominated one is it. */
export function readPath(report: Iterable<[string, unknown]>): PathStats {
  const all = [...report].map(([, entry]) => entry as PairStats);
  const transport = all.find((entry) => entry.type === 'transport');
  const pairs = all.filter((entry) => entry.type === 'candidate-pair');
  const chosen =
    pairs.find((pair) => pair.id === transport?.selectedCandidatePairId) ??
    pairs.find((pair) => pair.nominated === true && pair.state === 'succeeded');
  return { bytes: chosen?.bytesReceived ?? null, cipher: transport?.srtpCipher ?? null };
}
