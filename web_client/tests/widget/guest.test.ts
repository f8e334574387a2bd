import { describe, expect, it } from 'vitest';

import { envelope, parseEnvelope } from '../../src/widget/envelope';
import { gatewayOrigin, Guest } from '../../src/widget/guest';

const ORIGIN = 'https://call.example';
const NONCE = 'nonce-1';

function makeGuest() {
  const posted: [unknown, string][] = [];
  const told: [string, unknown][] = [];
  const guest = new Guest({
    origin: ORIGIN,
    nonce: NONCE,
    post: (message, origin) => posted.push([message, origin]),
    tell: (type, data) => told.push([type, data]),
  });
  return { guest, posted, told };
}

describe('the talk with the embedded page', () => {
  it('greets with its nonce, to the gateway’s origin and no other', () => {
    const { guest, posted } = makeGuest();
    guest.hello('en');
    expect(posted).toEqual([[{ v: 1, type: 'hello', id: NONCE, data: { lang: 'en' } }, ORIGIN]]);
  });

  it('passes on what it knows, once the page is ready', () => {
    const { guest, told } = makeGuest();
    expect(guest.handleMessage(ORIGIN, true, envelope('joined', NONCE))).toBe(false);
    expect(guest.handleMessage(ORIGIN, true, envelope('ready', NONCE))).toBe(true);
    expect(guest.handleMessage(ORIGIN, true, envelope('joined', NONCE))).toBe(true);
    expect(told.map(([type]) => type)).toEqual(['ready', 'joined']);
  });

  it.each<[string, string, boolean, unknown]>([
    ['another origin', 'https://evil.example', true, envelope('ready', NONCE)],
    ['a look-alike origin', 'https://call.example.evil.example', true, envelope('ready', NONCE)],
    ['another port', 'https://call.example:8443', true, envelope('ready', NONCE)],
    ['another frame', ORIGIN, false, envelope('ready', NONCE)],
    ['another life', ORIGIN, true, envelope('ready', 'nonce-2')],
    ['another version', ORIGIN, true, { ...envelope('ready', NONCE), v: 2 }],
    ['an unknown word', ORIGIN, true, envelope('startCamera', NONCE)],
    ['no envelope', ORIGIN, true, 'ready'],
    ['nothing', ORIGIN, true, null],
  ])('ignores %s', (_, origin, fromFrame, data) => {
    const { guest, told } = makeGuest();
    expect(guest.handleMessage(origin, fromFrame, data)).toBe(false);
    expect(guest.ready).toBe(false);
    expect(told).toEqual([]);
  });
});

it.each([
  { v: 1, type: 'x', id: '', data: {} },
  { v: 1, type: 'x', id: 'i'.repeat(65), data: {} },
  { v: 1, type: 'x', id: 'i', data: [] },
  { v: 1, type: 'x', id: 'i', data: null },
  { v: 1, type: 2, id: 'i', data: {} },
  { v: '1', type: 'x', id: 'i', data: {} },
])('%o is no envelope', (value) => {
  expect(parseEnvelope(value)).toBeNull();
});

it.each([
  ['https://call.example/anything?x#y', ORIGIN],
  ['/', 'https://host.example'],
  ['javascript:alert(1)', null],
  ['data:text/html,x', null],
  ['https://', null],
])('the gateway at %s has the origin %s', (src, origin) => {
  expect(gatewayOrigin(src, 'https://host.example/page')).toBe(origin);
});
