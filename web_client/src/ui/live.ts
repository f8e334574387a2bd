/** How calls are, as the gateway tells its operator: read with care, and put into words. Pure. */

import type { Key } from '../i18n/language';
import type { ReconnectCause, Rung } from '../protocol/wire';

export const RUNGS = [
  'clear',
  'saving',
  'slow',
  'voice',
  'text',
] as const satisfies readonly Rung[];
export const CAUSES = [
  'network',
  'page_hidden',
  'device',
  'server',
] as const satisfies readonly ReconnectCause[];
const FAULTS = ['client', 'counsellor', 'both', 'us'] as const;
const FAILURES = ['ice_failed', 'dtls_failed', 'no_line', 'left'] as const;
const REFUSALS = [
  'token_invalid',
  'token_expired',
  'token_revoked',
  'room_ended',
  'room_full',
  'busy',
] as const;

/** Below it words must be asked for again (product.md 5.5). */
const BAD_MOS = 3.4;
const GOOD_MOS = 4;
/** Figures older than this are of the past (product.md 4.3). */
const STALE_MS = 30_000;

export type Fault = (typeof FAULTS)[number];

export interface CallRow {
  readonly call: string;
  readonly mos: number | null;
  readonly loss: number | null;
  readonly rttMs: number | null;
  readonly rung: Rung;
  readonly fault: Fault | null;
  /** A browser does not tell all of it. */
  readonly partial: boolean;
}

export interface Tally {
  readonly label: Key;
  readonly value: number;
}

export interface Live {
  readonly sessions: readonly { readonly rung: Rung; readonly value: number }[];
  readonly hearing: { readonly well: number; readonly badly: number; readonly unknown: number };
  /** People here whose page has told nothing lately. */
  readonly silent: number;
  readonly worst: readonly CallRow[];
  readonly joined: number;
  readonly failed: readonly Tally[];
  readonly refused: readonly Tally[];
  readonly reconnects: readonly Tally[];
}

/** Read an answer; what is missing or odd counts as nothing. Null is no answer at all. */
export function readLive(answer: unknown): Live | null {
  if (!isRecord(answer) || !isRecord(answer.sessions)) return null;
  const { sessions } = answer;
  const people = record(answer.people);
  const hearing = record(answer.hearing);
  const joins = record(answer.joins);
  const reconnects = record(answer.reconnects);
  return {
    sessions: RUNGS.map((rung) => ({ rung, value: whole(sessions[rung]) })),
    hearing: {
      well: whole(hearing.well),
      badly: whole(hearing.badly),
      unknown: whole(hearing.unknown),
    },
    silent: Math.max(0, whole(people.present) - whole(people.reporting)),
    worst: Array.isArray(answer.worst) ? answer.worst.flatMap(readRow) : [],
    joined: total(record(joins.joined)),
    failed: tallies(record(joins.failed), FAILURES, 'failure'),
    refused: tallies(record(joins.refused), REFUSALS, 'refusal'),
    reconnects: CAUSES.map((cause) => ({
      label: `operator.cause.${cause}` as const,
      value: whole(reconnects[cause]),
    })),
  };
}

function readRow(row: unknown): CallRow[] {
  if (!isRecord(row) || typeof row.call !== 'string') return [];
  const rung = RUNGS.find((known) => known === row.rung);
  if (rung === undefined) return [];
  return [
    {
      call: row.call,
      mos: figure(row.mos),
      loss: figure(row.loss),
      rttMs: figure(row.rtt_ms),
      rung,
      fault: FAULTS.find((known) => known === row.fault) ?? null,
      partial: row.partial === true,
    },
  ];
}

/** Counts by reasons this page has words for; all others are one more. */
function tallies(
  counts: Readonly<Record<string, unknown>>,
  known: readonly string[],
  group: 'failure' | 'refusal',
): Tally[] {
  const others = Object.keys(counts).filter((reason) => !known.includes(reason));
  const rows = [
    ...known.map((reason) => ({ reason, value: whole(counts[reason]) })),
    { reason: 'other', value: others.reduce((sum, each) => sum + whole(counts[each]), 0) },
  ];
  return rows
    .filter(({ value }) => value > 0)
    .map(({ reason, value }) => ({ label: `operator.${group}.${reason}` as Key, value }));
}

/** How many of those who tried got in; null when nobody tried. A wrong link is no try. */
export function joinShare({ joined, failed }: Live): number | null {
  const tries = joined + sumOf(failed);
  return tries === 0 ? null : joined / tries;
}

export function sumOf(all: readonly Tally[]): number {
  return all.reduce((sum, { value }) => sum + value, 0);
}

/** The word for what is heard. */
export function hearingKey(mos: number | null): Key {
  if (mos === null) return 'operator.hearing.unknown';
  if (mos < BAD_MOS) return 'operator.hearing.badly';
  return mos < GOOD_MOS ? 'operator.hearing.fair' : 'operator.hearing.well';
}

/** Whose line it is; a call that is known to be well needs no one. */
export function faultKey({ fault, mos, rung }: CallRow): Key {
  if (fault !== null) return `operator.fault.${fault}`;
  const well = mos !== null && mos >= BAD_MOS && (rung === 'clear' || rung === 'saving');
  return well ? 'operator.fault.none' : 'operator.fault.unclear';
}

/** The one sentence above all figures. */
export function sentenceKey({ hearing, sessions }: Live): Key {
  if (sessions.every(({ value }) => value === 0)) return 'operator.now.empty';
  if (hearing.badly > 0) return 'operator.now.badly';
  return hearing.well > 0 ? 'operator.now.well' : 'operator.now.unknown';
}

export function isStale(at: number | null, now: number): boolean {
  return at !== null && now - at > STALE_MS;
}

function total(counts: Readonly<Record<string, unknown>>): number {
  return Object.values(counts).reduce<number>((sum, value) => sum + whole(value), 0);
}

function whole(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? Math.max(0, Math.round(value)) : 0;
}

function figure(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
