import { describe, expect, it } from 'vitest';

import { exchangeToken, seatStore } from '../../src/protocol/seats';

const SEAT = { seat: 'seat-one-0123456789', role: 'client', name: 'Rain' } as const;

function answering(status: number, body: string): typeof fetch {
  return () => Promise.resolve(new Response(body, { status }));
}

describe('exchanging a token', () => {
  it('posts the token in the body and nowhere else', async () => {
    const asked: [string, RequestInit | undefined][] = [];
    await exchangeToken('secret-token', (url, init) => {
      asked.push([url as string, init]);
      return Promise.resolve(new Response(JSON.stringify(SEAT), { status: 201 }));
    });
    expect(asked[0]?.[0]).toBe('/api/v1/seats');
    expect(asked[0]?.[1]?.body).toBe('{"token":"secret-token"}');
  });

  it.each([
    [201, JSON.stringify(SEAT), { kind: 'done', said: SEAT }],
    [
      401,
      '{"code":"token_expired","title":"","status":401}',
      { kind: 'refused', code: 'token_expired' },
    ],
    [404, 'not json', { kind: 'refused', code: 'malformed' }],
    [502, '', { kind: 'unreachable' }],
    [503, '{"code":"busy","title":"","status":503}', { kind: 'refused', code: 'busy' }],
  ])('takes %i for what it is', async (status, body, outcome) => {
    expect(await exchangeToken('token', answering(status, body))).toEqual(outcome);
  });

  it('takes a network that is down for what it is', async () => {
    const down = (): Promise<Response> => Promise.reject(new TypeError('failed to fetch'));
    expect(await exchangeToken('token', down)).toEqual({ kind: 'unreachable' });
  });
});

describe('the kept seat', () => {
  function storage(): Storage {
    const held = new Map<string, string>();
    return {
      getItem: (key: string) => held.get(key) ?? null,
      setItem: (key: string, value: string) => void held.set(key, value),
      removeItem: (key: string) => void held.delete(key),
    } as Storage;
  }

  it('comes back as it was, under its own key', () => {
    const kept = storage();
    seatStore(kept, 'seat.client').save(SEAT);
    expect(seatStore(kept, 'seat.client').load()).toEqual(SEAT);
    expect(seatStore(kept, 'seat.counsellor').load()).toBeNull();
  });

  it.each([
    '',
    '{',
    '{}',
    '{"seat":1,"role":"client","name":""}',
    '{"seat":"x","role":"boss","name":""}',
  ])('is nothing when it is %s', (value) => {
    const kept = storage();
    kept.setItem('seat.client', value);
    expect(seatStore(kept, 'seat.client').load()).toBeNull();
  });
});
