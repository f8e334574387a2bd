import 'fake-indexeddb/auto';

import { openDB } from 'idb';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { newHand } from '../../src/thread/hand';
import { keptHands } from '../../src/thread/kept-hands';
import { openVault, wipeVault } from '../../src/thread/vault';

const WORDS = 'I could not sleep, 梦见河边';

async function everything(): Promise<string> {
  const database = await openDB('quietroom');
  const values = (await database.getAll('sealed')) as { data: ArrayBuffer }[];
  database.close();
  return values.map(({ data }) => new TextDecoder().decode(data)).join();
}

afterEach(async () => {
  vi.unstubAllGlobals();
  await wipeVault();
});

describe('what a browser keeps', () => {
  it('is there for the next page, and cannot be read beside it', async () => {
    const vault = await openVault();
    expect(await vault.save('draft a', WORDS)).toBe(true);
    expect(await vault.save('other', 'x')).toBe(true);
    expect([...(await (await openVault()).all('draft '))]).toEqual([['draft a', WORDS]]);
    expect(await everything()).not.toContain('sleep');
  });

  it('is bound to its name', async () => {
    const vault = await openVault();
    await vault.save('draft a', WORDS);
    const database = await openDB('quietroom');
    await database.put('sealed', await database.get('sealed', 'draft a'), 'draft b');
    database.close();
    expect([...(await vault.all('draft ')).keys()]).toEqual(['draft a']);
  });

  it('can be taken back, and forgotten all at once', async () => {
    const vault = await openVault();
    await vault.save('draft a', WORDS);
    await vault.save('draft a', null);
    expect((await vault.all('')).size).toBe(0);
    await vault.save('draft b', WORDS);
    await wipeVault();
    const after = await openVault();
    expect((await after.all('')).size).toBe(0);
    // The key went with it: what was sealed under it stays closed, wherever it is.
    await vault.save('draft c', WORDS);
    expect((await (await openVault()).all('')).size).toBe(0);
  });

  it('is under a key that no script can take out', async () => {
    await openVault();
    const database = await openDB('quietroom');
    const key = (await database.get('keys', 'key')) as CryptoKey;
    database.close();
    expect(key.extractable).toBe(false);
    await expect(crypto.subtle.exportKey('raw', key)).rejects.toThrow();
  });

  it('is nothing where the browser refuses', async () => {
    vi.stubGlobal('indexedDB', {
      open: () => {
        throw new DOMException('refused', 'SecurityError');
      },
    });
    const vault = await openVault();
    expect(await vault.save('draft a', WORDS)).toBe(false);
    expect((await vault.all('')).size).toBe(0);
    await wipeVault();
  });
});

describe('messages that are not stored yet', () => {
  it('outlive the page, of each person by themselves', async () => {
    const lost = vi.fn();
    const hands = await keptHands(await openVault(), lost);
    const state = { ...newHand('phone'), last: 1, lastId: 'm' };
    await hands.save('zhang', 't', state);
    const next = await keptHands(await openVault(), lost);
    expect(next.load('zhang', 't')).toEqual(state);
    expect(next.load('li', 't')).toBeNull();
    expect(lost).not.toHaveBeenCalled();
  });

  it('end up as they were saved last', async () => {
    const hands = await keptHands(await openVault(), () => undefined);
    const saves = Array.from({ length: 20 }, (_, last) =>
      hands.save('zhang', 't', { ...newHand('phone'), last }),
    );
    await Promise.all(saves);
    const next = await keptHands(await openVault(), () => undefined);
    expect(next.load('zhang', 't')?.last).toBe(19);
  });

  it('live as long as the page does where nothing can be kept, and the page is told', async () => {
    const lost = vi.fn();
    const full = {
      keeps: true,
      all: () => Promise.resolve(new Map<string, string>()),
      save: () => Promise.resolve(false),
      bytes: () => Promise.resolve(null),
      saveBytes: () => Promise.resolve(false),
    };
    const hands = await keptHands(full, lost);
    const state = newHand('phone');
    await hands.save('zhang', 't', state);
    expect(hands.load('zhang', 't')).toBe(state);
    expect(lost).toHaveBeenCalledOnce();
  });

  it('are said not to be kept before anything is written, where the browser keeps nothing', async () => {
    vi.stubGlobal('indexedDB', undefined);
    const lost = vi.fn();
    await keptHands(await openVault(), lost);
    expect(lost).toHaveBeenCalledOnce();
  });

  it('that are no longer what they were are begun anew', async () => {
    const vault = await openVault();
    for (const text of ['{', '{}', 'null', '{"name":1}']) {
      await vault.save('hand zhang t', text);
      expect((await keptHands(vault, () => undefined)).load('zhang', 't')).toBeNull();
    }
  });
});
