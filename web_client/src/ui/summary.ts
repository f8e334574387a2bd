/** The operator's counts, as far as this page knows their names. Pure. */

import type { Key } from '../i18n/language';

export interface Count {
  readonly key: string;
  /** Its words; null for a count newer than this page, which is shown by its own name. */
  readonly label: Key | null;
  readonly value: number;
}

const LABELS: Readonly<Record<string, Key>> = {
  rooms: 'operator.rooms',
  sessions: 'operator.rooms',
  participants: 'operator.participants',
  endpoints: 'operator.endpoints',
  connected: 'operator.connected',
  connecting: 'operator.connecting',
  disconnected: 'operator.disconnected',
  sockets: 'operator.sockets',
  connections: 'operator.sockets',
  packets: 'operator.packets',
  bytes: 'operator.bytes',
};

/** Every number in the answer, one level of grouping deep; anything else is passed over. */
export function counts(summary: unknown): Count[] {
  if (typeof summary !== 'object' || summary === null) return [];
  return Object.entries(summary).flatMap(([key, value]) => {
    if (typeof value === 'number' && Number.isFinite(value)) return [named(key, value)];
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
    return Object.entries(value)
      .filter((entry): entry is [string, number] => typeof entry[1] === 'number')
      .map(([inner, number]) => named(inner, number));
  });
}

function named(key: string, value: number): Count {
  return { key, label: LABELS[key] ?? null, value };
}
