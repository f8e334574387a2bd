/** The operator's counts, as far as this page knows their names. Pure. */

import type { Key } from '../i18n/language';

export interface Count {
  /** Where it stands in the answer, such as "people.present". */
  readonly key: string;
  readonly label: Key;
  readonly value: number;
  readonly unit: 'plain' | 'seconds' | 'bytes';
}

interface Known {
  readonly label: Key;
  readonly unit?: Count['unit'];
}

const KNOWN: Readonly<Record<string, Known>> = {
  rooms: { label: 'operator.rooms' },
  'people.present': { label: 'operator.present' },
  'people.away': { label: 'operator.away' },
  'links.connected': { label: 'operator.connected' },
  'links.connecting': { label: 'operator.connecting' },
  'links.disconnected': { label: 'operator.disconnected' },
  'media.packets_forwarded': { label: 'operator.packets' },
  'media.bytes_sent': { label: 'operator.bytes', unit: 'bytes' },
  'join_seconds.client.p50': { label: 'operator.join.client', unit: 'seconds' },
  'join_seconds.counsellor.p50': { label: 'operator.join.counsellor', unit: 'seconds' },
};

/** The counts this page has words for, in its own order; what is missing or odd is left out. */
export function counts(summary: unknown): Count[] {
  return Object.entries(KNOWN).flatMap(([key, { label, unit = 'plain' }]) => {
    const value = at(summary, key.split('.'));
    return typeof value === 'number' && Number.isFinite(value) ? [{ key, label, value, unit }] : [];
  });
}

/** Where the answer says whether the gateway takes new sessions; null when it does not say. */
export function isReady(summary: unknown): boolean | null {
  const ready = at(summary, ['ready']);
  return typeof ready === 'boolean' ? ready : null;
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, step) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, step)
        ? (inner as Record<string, unknown>)[step]
        : undefined,
    value,
  );
}
