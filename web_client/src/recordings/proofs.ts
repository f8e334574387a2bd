/**
 * Receipts and certificates, checked in the browser: nobody is asked, and nothing is sent.
 *
 * Rule 1: what is checked is the exact text that was signed, byte by byte.
 * Rule 2: a browser that cannot check Ed25519 (RFC 8032) says so: `unable` is neither yes nor no.
 * Rule 3: a good signature says that the text is as this key signed it. Whose the key is has to be
 * known from elsewhere: its fingerprint is there to be compared.
 */

import type { Proof } from '../protocol/bodies';

export type Verdict = 'good' | 'bad' | 'unable';

const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

export async function check(proof: Proof, crypto: SubtleCrypto | undefined): Promise<Verdict> {
  const key = fromBase64Url(proof.key);
  const signature = fromBase64Url(proof.signature);
  // Without TLS a browser has no cryptography to check with.
  if (crypto === undefined) return 'unable';
  const held = await importKey(key ?? new Uint8Array(KEY_BYTES), crypto);
  if (held === 'unable') return 'unable';
  if (held === 'bad' || key?.length !== KEY_BYTES) return 'bad';
  if (signature?.length !== SIGNATURE_BYTES) return 'bad';
  const text = new TextEncoder().encode(proof.text);
  return (await crypto.verify('Ed25519', held, signature, text)) ? 'good' : 'bad';
}

async function importKey(
  key: Uint8Array<ArrayBuffer>,
  crypto: SubtleCrypto,
): Promise<CryptoKey | 'bad' | 'unable'> {
  try {
    return await crypto.importKey('raw', key, 'Ed25519', false, ['verify']);
  } catch (error) {
    // A key that is none is a DataError; an algorithm that is not known is another.
    return error instanceof Error && error.name === 'DataError' ? 'bad' : 'unable';
  }
}

/** The key's digits in groups that can be read out, as `quietroom audit key` writes them; empty for none. */
export function digitsOf(key: string): string {
  const bytes = [...(fromBase64Url(key) ?? [])];
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return (hex.match(/.{4}/g) ?? []).join(' ');
}

/** Null where it is none (RFC 4648, section 5, without padding). */
export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> | null {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) return null;
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = new Uint8Array(binary.length);
  for (let place = 0; place < binary.length; place += 1) bytes[place] = binary.charCodeAt(place);
  return bytes;
}

/** Where somebody comes to what is theirs, in one step. */
export function undoAddress(origin: string): string {
  return `${origin}/visit#data`;
}

/** What is saved: all that is needed to check it elsewhere, without us, and where it can be undone. */
export function fileOf({ kind, text, signature, key }: Proof, undo = ''): string {
  const how = 'Ed25519 (RFC 8032) over the UTF-8 bytes of text; signature and key are base64url';
  const where = undo === '' ? {} : { undo };
  return `${JSON.stringify({ kind, text, signature, key, how, ...where }, null, 2)}\n`;
}

/** What was saved, read again; null for what is none. Whether it is true says `check` alone. */
export function proofOf(saved: string): Proof | null {
  const found = fieldsOf(saved);
  const { kind, text, signature, key } = found ?? {};
  if (kind !== 'consent' && kind !== 'erasure') return null;
  if (typeof text !== 'string' || typeof signature !== 'string' || typeof key !== 'string')
    return null;
  const at = fieldsOf(text)?.at;
  return { id: 'saved', kind, at: typeof at === 'number' ? at : 0, text, signature, key };
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const found: unknown = JSON.parse(text);
    return typeof found === 'object' && found !== null ? (found as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
