/** What the timeline of a player shows: a lane for each person, what is there of them, and the marks. Pure. */

import type { Span } from './player-clock';
import type { FileSeen, RecordingOpened } from '../protocol/bodies';

export interface Lane {
  readonly party: string;
  readonly role: FileSeen['role'];
  readonly files: readonly FileSeen[];
  /** Where the network lost something of them. */
  readonly gaps: readonly Span[];
  readonly hasPicture: boolean;
}

export interface Mark extends Span {
  readonly kind: 'gap' | 'hold';
  /** Whose gap; empty for a hold, which is everybody's. */
  readonly party: string;
}

/** Shorter than this a gap is no mark of its own: it is drawn, and not listed. */
const LISTED_MS = 1_000;
const ORDER: readonly FileSeen['role'][] = ['counsellor', 'client'];

/** One lane a person: the counsellor first, then the client, then whoever else was there. */
export function lanesOf(files: readonly FileSeen[]): Lane[] {
  const parties = new Map<string, FileSeen[]>();
  for (const file of files) {
    if (file.medium === 'text') continue;
    const key = `${file.role} ${file.party}`;
    parties.set(key, [...(parties.get(key) ?? []), file]);
  }
  return [...parties.values()].map(laneOf).sort(byRole);
}

function laneOf(files: readonly FileSeen[]): Lane {
  const [first] = files;
  return {
    party: first?.party ?? '',
    role: first?.role ?? 'guest',
    files,
    gaps: mergedSpans(files.flatMap(({ gaps }) => gaps)),
    hasPicture: files.some(({ medium }) => medium === 'video'),
  };
}

function byRole(one: Lane, other: Lane): number {
  return rankOf(one) - rankOf(other);
}

function rankOf({ role }: Lane): number {
  const rank = ORDER.indexOf(role);
  return rank < 0 ? ORDER.length : rank;
}

/** Sound and picture of one person were lost together: that is one gap. */
export function mergedSpans(spans: readonly Span[]): Span[] {
  const merged: { start_ms: number; stop_ms: number }[] = [];
  for (const { start_ms, stop_ms } of [...spans].sort((a, b) => a.start_ms - b.start_ms)) {
    const last = merged.at(-1);
    if (last !== undefined && start_ms <= last.stop_ms) {
      last.stop_ms = Math.max(last.stop_ms, stop_ms);
    } else merged.push({ start_ms, stop_ms });
  }
  return merged;
}

/** Everything worth a line in words, in the order of the recording. */
export function marksOf(lanes: readonly Lane[], { held }: Pick<RecordingOpened, 'held'>): Mark[] {
  const holds = held.map((span): Mark => ({ ...span, kind: 'hold', party: '' }));
  const gaps = lanes.flatMap(({ party, gaps: spans }) =>
    spans.map((span): Mark => ({ ...span, kind: 'gap', party })),
  );
  return [...holds, ...gaps]
    .filter(({ start_ms, stop_ms }) => stop_ms - start_ms >= LISTED_MS)
    .sort((one, other) => one.start_ms - other.start_ms);
}

export function isIn(spans: readonly Span[], ms: number): boolean {
  return spans.some(({ start_ms, stop_ms }) => start_ms <= ms && ms < stop_ms);
}

/** Minutes and seconds as a player writes them, such as "12:03" or "1:02:03". */
export function clockOf(ms: number): string {
  const seconds = Math.floor(Math.max(0, ms) / 1_000);
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  const rest = String(seconds % 60).padStart(2, '0');
  if (hours === 0) return `${minutes}:${rest}`;
  return `${hours}:${String(minutes).padStart(2, '0')}:${rest}`;
}
