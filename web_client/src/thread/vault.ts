/**
 * What a page keeps in this browser for its person: sealed, so that nobody reads it on the disk.
 *
 * AES-256-GCM under a key that no script can take out of the browser (Web Crypto, `extractable: false`). Who
 * can open this browser as its person can open the page, and with it what is kept: screens must not
 * promise more. Where the browser has no such storage, or refuses it, nothing is kept and `save` says so.
 */

import { type DBSchema, type IDBPDatabase, openDB } from 'idb';

const NAME = 'quietroom';
const VERSION = 1;
const KEY = 'key';
const IV_BYTES = 12;
/** What is said to be kept is on the disk. */
const STRICT = { durability: 'strict' } as const;

interface Sealed {
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly data: ArrayBuffer;
}

interface Shape extends DBSchema {
  keys: { key: string; value: CryptoKey };
  sealed: { key: string; value: Sealed };
}

export interface Vault {
  /** False where the browser keeps nothing. */
  readonly keeps: boolean;
  /** Everything whose name begins so. */
  all(prefix: string): Promise<ReadonlyMap<string, string>>;
  /** Keep a text, or nothing any more. Says whether it is kept. */
  save(name: string, text: string | null): Promise<boolean>;
  /** What was kept as bytes; null where there is nothing, or nothing that opens. */
  bytes(name: string): Promise<ArrayBuffer | null>;
  /** As `save`, of bytes. */
  saveBytes(name: string, bytes: ArrayBuffer | null): Promise<boolean>;
}

/** Open it, or one that keeps nothing where the browser will not. */
export async function openVault(): Promise<Vault> {
  try {
    const database = await open();
    return new SealedVault(database, await keyOf(database));
  } catch {
    return NOTHING;
  }
}

/** Forget everything, and the key with it: what a disk may still hold opens no more. */
export async function wipeVault(): Promise<void> {
  try {
    const database = await open();
    const wiping = database.transaction(['keys', 'sealed'], 'readwrite', STRICT);
    void wiping.objectStore('keys').clear();
    void wiping.objectStore('sealed').clear();
    await wiping.done;
    database.close();
  } catch {
    // There was nothing, or the browser keeps nothing.
  }
}

const NOTHING: Vault = {
  keeps: false,
  all: () => Promise.resolve(new Map()),
  save: () => Promise.resolve(false),
  bytes: () => Promise.resolve(null),
  saveBytes: () => Promise.resolve(false),
};

class SealedVault implements Vault {
  readonly keeps = true;

  constructor(
    private readonly database: IDBPDatabase<Shape>,
    private readonly key: CryptoKey,
  ) {}

  async all(prefix: string): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    const reading = this.database.transaction('sealed');
    const [names, values] = await Promise.all([
      reading.store.getAllKeys(IDBKeyRange.bound(prefix, `${prefix}\uffff`)),
      reading.store.getAll(IDBKeyRange.bound(prefix, `${prefix}\uffff`)),
    ]);
    for (const [place, name] of names.entries()) {
      const plain = await this.opened(name, values[place]);
      if (plain !== null) found.set(name, new TextDecoder().decode(plain));
    }
    return found;
  }

  save(name: string, text: string | null): Promise<boolean> {
    return this.saveBytes(name, text === null ? null : new TextEncoder().encode(text).buffer);
  }

  async bytes(name: string): Promise<ArrayBuffer | null> {
    return this.opened(name, await this.database.get('sealed', name));
  }

  async saveBytes(name: string, plain: ArrayBuffer | null): Promise<boolean> {
    try {
      const sealed = plain === null ? null : await this.sealed(name, plain);
      const writing = this.database.transaction('sealed', 'readwrite', STRICT);
      if (sealed === null) void writing.store.delete(name);
      else void writing.store.put(sealed, name);
      await writing.done;
      return true;
    } catch {
      return false;
    }
  }

  private async sealed(name: string, plain: ArrayBuffer): Promise<Sealed> {
    const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
    return { iv, data: await crypto.subtle.encrypt(algorithm(iv, name), this.key, plain) };
  }

  private async opened(name: string, sealed: Sealed | undefined): Promise<ArrayBuffer | null> {
    if (sealed === undefined) return null;
    try {
      return await crypto.subtle.decrypt(algorithm(sealed.iv, name), this.key, sealed.data);
    } catch {
      return null;
    }
  }
}

/** What is sealed is bound to its name: under another one it does not open. */
function algorithm(iv: Uint8Array<ArrayBuffer>, name: string): AesGcmParams {
  return { name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(name) };
}

function open(): Promise<IDBPDatabase<Shape>> {
  return openDB<Shape>(NAME, VERSION, {
    upgrade: (database) => {
      database.createObjectStore('keys');
      database.createObjectStore('sealed');
    },
  });
}

async function keyOf(database: IDBPDatabase<Shape>): Promise<CryptoKey> {
  const known = await database.get('keys', KEY);
  if (known !== undefined) return known;
  const made = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
    'encrypt',
    'decrypt',
  ]);
  // Another tab may have made one meanwhile.
  const writing = database.transaction('keys', 'readwrite', STRICT);
  const other = await writing.store.get(KEY);
  if (other === undefined) void writing.store.put(made, KEY);
  await writing.done;
  return other ?? made;
}
