/** The digest of words: what stands in a receipt for the text that somebody agreed to. */

/** SHA-256 of the text's UTF-8, as hex. Rejects where the browser has no cryptography: a page without TLS. */
export async function digestOf(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
