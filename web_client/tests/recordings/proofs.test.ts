import { beforeAll, describe, expect, it } from 'vitest';

import type { Proof } from '../../src/protocol/bodies';
import {
  check,
  digitsOf,
  fileOf,
  fromBase64Url,
  proofOf,
  undoAddress,
} from '../../src/recordings/proofs';

const { subtle } = globalThis.crypto;
const TEXT = '{"act":"grant","purposes":["supervision"],"词":"同意"}';

const base64Url = (bytes: ArrayBuffer): string => Buffer.from(bytes).toString('base64url');

async function signed(text: string): Promise<Proof> {
  const pair = await subtle.generateKey('Ed25519', true, ['sign', 'verify']);
  if (!('privateKey' in pair)) throw new Error('no pair');
  const signature = await subtle.sign('Ed25519', pair.privateKey, new TextEncoder().encode(text));
  const key = await subtle.exportKey('raw', pair.publicKey);
  return {
    id: '1',
    kind: 'consent',
    at: 0,
    text,
    signature: base64Url(signature),
    key: base64Url(key),
  };
}

/** A browser that does not know the algorithm (WebCrypto, 18.4.4). */
const WITHOUT = {
  importKey: () => Promise.reject(new DOMException('unknown', 'NotSupportedError')),
} as unknown as SubtleCrypto;

describe('a proof', () => {
  let proof: Proof;
  beforeAll(async () => {
    proof = await signed(TEXT);
  });

  it('is the same when it was saved and is read again', async () => {
    const again = proofOf(fileOf(proof, 'https://here/visit#data'));
    expect(again).toEqual({ ...proof, id: 'saved' });
    expect(again === null ? '' : await check(again, subtle)).toBe('good');
  });

  it.each(['', '[]', 'null', '{"kind":"other"}', '{"kind":"erasure","text":1}', '{'])(
    'is none of %j',
    (text) => expect(proofOf(text)).toBeNull(),
  );

  it('is good as it was signed', async () => {
    expect(await check(proof, subtle)).toBe('good');
  });

  it('is good by the first vector of RFC 8032 with a text', async () => {
    const hex = (text: string): string => Buffer.from(text, 'hex').toString('base64url');
    const vector = {
      ...proof,
      text: 'r',
      key: hex('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c'),
      signature: hex(
        '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
      ),
    };
    expect(await check(vector, subtle)).toBe('good');
  });

  it.each([
    ['another word', { text: TEXT.replace('supervision', 'teaching') }],
    ['another space', { text: `${TEXT} ` }],
    ['no signature', { signature: '' }],
    ['a signature that is none', { signature: '!!' }],
    ['a short key', { key: 'AAAA' }],
    ['a key that is none', { key: '***' }],
  ])('is bad with %s', async (_, change) => {
    expect(await check({ ...proof, ...change }, subtle)).toBe('bad');
  });

  it('is bad with the key of somebody else', async () => {
    const { key } = await signed(TEXT);
    expect(await check({ ...proof, key }, subtle)).toBe('bad');
  });

  it('is neither where a browser cannot tell', async () => {
    expect(await check(proof, WITHOUT)).toBe('unable');
    expect(await check({ ...proof, text: 'x', key: '' }, WITHOUT)).toBe('unable');
    expect(await check(proof, undefined)).toBe('unable');
  });

  it('names its key in digits that can be read out', () => {
    expect(digitsOf('AAEC_w')).toBe('0001 02ff');
    expect(digitsOf('*')).toBe('');
  });

  it('is saved with all that is needed to check it elsewhere', async () => {
    const saved = JSON.parse(fileOf(proof)) as Proof;
    expect(await check({ ...proof, ...saved }, subtle)).toBe('good');
  });

  it('is saved with where it can be undone, where it can', () => {
    const undo = undoAddress('https://q.example');
    expect(JSON.parse(fileOf(proof, undo))).toMatchObject({ undo: 'https://q.example/visit#data' });
    expect(JSON.parse(fileOf(proof))).not.toHaveProperty('undo');
  });

  it.each([
    ['', []],
    ['_-8', [255, 239]],
    ['A', null],
    ['A=', null],
  ])('reads %j', (text, bytes) => {
    const read = fromBase64Url(text);
    expect(read === null ? null : [...read]).toEqual(bytes);
  });
});
