/**
 * The answer to the next ICE restart, known before it is asked for. Pure.
 *
 * A network that dies often takes the signaling with it: the offer of a restart then waits for a
 * line that the restart itself might have outlived. So every answer of the gateway promises the
 * credentials of the next one (docs/protocol.md, "When the line is lost with the path"). With them
 * the page writes that answer for itself.
 */

/** Ranks of one generation of candidates: GENERATION_STEP of media/answer.py. */
const RANKS = 64;
const PROMISE = /^a=x-next-ice:(\S+) (\S+)\r\n/m;

export interface ReadAnswer {
  /** What the browser is told. */
  readonly sdp: string;
  /** What the answer to the next restart will be; null when the gateway promised nothing. */
  readonly next: string | null;
}

/** The ICE fragment of the description's sections: one transport serves them all. */
export function fragmentOf(sdp: string): string | null {
  return /^a=ice-ufrag:(\S+)/m.exec(sdp)?.[1] ?? null;
}

export function readAnswer(answer: string): ReadAnswer {
  const promise = PROMISE.exec(answer);
  const sdp = answer.replace(PROMISE, '');
  if (promise === null) return { sdp, next: null };
  const [, ufrag = '', password = ''] = promise;
  const next = sdp
    .replace(/^a=ice-ufrag:.*$/gm, () => `a=ice-ufrag:${ufrag}`)
    .replace(/^a=ice-pwd:.*$/gm, () => `a=ice-pwd:${password}`)
    // Pairs of a restart outrank those before it: the browser leaves the dead one at once.
    .replace(/^(a=candidate:\S+ \d+ \S+ )(\d+)/gm, (_, head: string, priority: string) => {
      return head + String(Number(priority) + RANKS * 256);
    });
  return { sdp, next };
}
