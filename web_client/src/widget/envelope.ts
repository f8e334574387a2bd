/** The one shape of message between a host's page and the embedded one. */

export interface Envelope {
  readonly v: 1;
  readonly type: string;
  /** The nonce of this element's life: a message without it was not meant for it. */
  readonly id: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const MAX_ID = 64;

export function envelope(
  type: string,
  id: string,
  data: Readonly<Record<string, unknown>> = {},
): Envelope {
  return { v: 1, type, id, data };
}

/** What is not exactly an envelope is nobody's message. */
export function parseEnvelope(value: unknown): Envelope | null {
  if (typeof value !== 'object' || value === null) return null;
  const { v, type, id, data } = value as Partial<Record<keyof Envelope, unknown>>;
  if (v !== 1 || typeof type !== 'string' || typeof id !== 'string') return null;
  if (id.length === 0 || id.length > MAX_ID) return null;
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return null;
  return { v, type, id, data: data as Record<string, unknown> };
}
