/** What is wrong with the gateway now and how much it can still take, as it tells its operator. Pure. */

import { isRecord } from './live';
import type { Key } from '../i18n/language';

const ALERTS = [
  'HearingBad',
  'ConcealmentHigh',
  'FreezeHigh',
  'ReconnectStorm',
  'JoinFailing',
  'WorkerLost',
  'ForwardingSlow',
  'RoomFault',
  'RecordingFailing',
  'WithdrawalSlow',
] as const;
const LIMITS = [
  'workers',
  'media_cpu',
  'signaling_cpu',
  'cpu',
  'endpoints',
  'sessions',
  'sockets',
  'descriptors',
] as const;

export interface AlertRow {
  readonly alert: (typeof ALERTS)[number];
  /** Whole minutes that it holds. */
  readonly minutes: number;
  /** It has held for long enough that somebody is to be called, and how soon they should look. */
  readonly raised: 'page' | 'ticket' | null;
}

export interface Capacity {
  /** Rounded down, the more coarsely the more there are. */
  readonly calls: number;
  readonly limit: (typeof LIMITS)[number];
  readonly measured: boolean;
}

export interface House {
  /** Null where the gateway does not say. */
  readonly alerts: readonly AlertRow[] | null;
  readonly capacity: Capacity | null;
}

/** Read an answer; an alert or a limit that this page has no words for is left out. */
export function readHouse(answer: unknown): House {
  if (!isRecord(answer)) return { alerts: null, capacity: null };
  const { alerts, capacity } = answer;
  return {
    alerts: Array.isArray(alerts) ? alerts.flatMap(readAlert) : null,
    capacity: isRecord(capacity) ? readCapacity(capacity) : null,
  };
}

function readAlert(row: unknown): AlertRow[] {
  if (!isRecord(row)) return [];
  const alert = ALERTS.find((known) => known === row.alert);
  if (alert === undefined) return [];
  const seconds = typeof row.for_s === 'number' && row.for_s > 0 ? row.for_s : 0;
  const urgent = row.severity === 'page' ? 'page' : 'ticket';
  return [
    { alert, minutes: Math.floor(seconds / 60), raised: row.raised === true ? urgent : null },
  ];
}

function readCapacity(row: Readonly<Record<string, unknown>>): Capacity | null {
  const limit = LIMITS.find((known) => known === row.limit);
  if (limit === undefined || typeof row.calls !== 'number' || !(row.calls >= 0)) return null;
  return { calls: about(row.calls), limit, measured: row.measured === true };
}

/** An estimate to the last digit would promise too much. */
export function about(calls: number): number {
  const step = calls >= 100 ? 10 : calls >= 20 ? 5 : 1;
  return Math.floor(calls / step) * step;
}

/** How soon somebody should look. */
export function urgencyKey({ raised }: AlertRow): Key {
  return raised === null ? 'operator.alerts.held' : `operator.alerts.${raised}`;
}
