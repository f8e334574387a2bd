/** Asks the gateway by REST: what came of it, and never an exception. */

import type { Code, Problem } from './wire';

export type Answer<T> =
  | { readonly kind: 'done'; readonly said: T }
  | { readonly kind: 'refused'; readonly code: Code }
  | { readonly kind: 'unreachable' };

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

export interface How {
  readonly send?: typeof fetch;
  /** Nobody did anything: the page asks by itself, and that keeps nobody signed in. */
  readonly unattended?: boolean;
  /** The same key again makes nothing twice. */
  readonly key?: string;
}

/** `path` follows `/api/v1/`. What has no body answers with null. Bytes go as they are, the rest as JSON. */
export async function ask<T>(
  method: Method,
  path: string,
  body?: unknown,
  { send = fetch, unattended = false, key = '' }: How = {},
): Promise<Answer<T>> {
  try {
    const response = await send(`/api/v1/${path}`, {
      method,
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
      ...written(body, unattended, key),
    });
    if (response.ok) return { kind: 'done', said: (await saidIn(response)) as T };
    const code = await problemCode(response);
    // A 5xx without a code is a proxy's: the gateway itself is not there.
    if (code === null && response.status >= 500) return { kind: 'unreachable' };
    return { kind: 'refused', code: code ?? 'malformed' };
  } catch {
    return { kind: 'unreachable' };
  }
}

function written(body: unknown, unattended: boolean, key: string): RequestInit {
  const headers = new Headers();
  if (key !== '') headers.set('idempotency-key', key);
  if (unattended) headers.set('quietroom-unattended', '1');
  if (body === undefined) return { headers };
  if (body instanceof ArrayBuffer) {
    headers.set('content-type', 'application/octet-stream');
    return { headers, body };
  }
  headers.set('content-type', 'application/json');
  return { headers, body: JSON.stringify(body) };
}

async function saidIn(response: Response): Promise<unknown> {
  return response.status === 204 ? null : response.json();
}

async function problemCode(response: Response): Promise<Code | null> {
  try {
    const problem = (await response.json()) as Partial<Problem>;
    return problem.code ?? null;
  } catch {
    return null;
  }
}
