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
  if (!isRecord(value)) return null;
  const { v, type, id, data } = value;
  if (v !== 1 || typeof type !== 'string' || !isId(id) || !isRecord(data)) return null;
  return { v, type, id, data };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_ID;
}
