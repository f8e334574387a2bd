import { describe, expect, it } from 'vitest';

import { ask } from '../../src/protocol/rest';

function asked(status: number, body: string | null) {
  const seen: RequestInit[] = [];
  const send: typeof fetch = (_url, init) => {
    seen.push(init ?? {});
    return Promise.resolve(new Response(body, { status }));
  };
  return { seen, send };
}

describe('asking by REST', () => {
  it('answers what was said, and null where nothing is', async () => {
    expect(await ask('GET', 'me', undefined, asked(200, '{"a":1}'))).toEqual({
      kind: 'done',
      said: { a: 1 },
    });
    expect(await ask('PUT', 'x', {}, asked(204, null))).toEqual({ kind: 'done', said: null });
  });

  it('tells a refusal from a gateway that is not there', async () => {
    const refused = asked(423, '{"code":"locked"}');
    expect(await ask('GET', 'me', undefined, refused)).toEqual({ kind: 'refused', code: 'locked' });
    expect(await ask('GET', 'me', undefined, asked(502, ''))).toEqual({ kind: 'unreachable' });
    const down = { send: () => Promise.reject(new TypeError('failed to fetch')) };
    expect(await ask('GET', 'me', undefined, down)).toEqual({ kind: 'unreachable' });
  });

  it('marks what nobody did', async () => {
    const { seen, send } = asked(200, '{}');
    await ask('GET', 'me', undefined, { send, unattended: true });
    await ask('GET', 'me', undefined, { send });
    const marks = seen.map(({ headers }) => new Headers(headers).get('quietroom-unattended'));
    expect(marks).toEqual(['1', null]);
  });
});
