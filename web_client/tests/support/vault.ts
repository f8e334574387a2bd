/** A vault that a test can look into. */

import type { Vault } from '../../src/thread/vault';

export class MemoryVault implements Vault {
  readonly kept = new Map<string, string>();
  readonly keptBytes = new Map<string, ArrayBuffer>();

  constructor(readonly keeps = true) {}

  all(prefix: string): Promise<ReadonlyMap<string, string>> {
    return Promise.resolve(new Map([...this.kept].filter(([name]) => name.startsWith(prefix))));
  }

  save(name: string, text: string | null): Promise<boolean> {
    return Promise.resolve(this.put(this.kept, name, text));
  }

  bytes(name: string): Promise<ArrayBuffer | null> {
    return Promise.resolve(this.keptBytes.get(name) ?? null);
  }

  saveBytes(name: string, bytes: ArrayBuffer | null): Promise<boolean> {
    return Promise.resolve(this.put(this.keptBytes, name, bytes));
  }

  private put<T>(into: Map<string, T>, name: string, value: T | null): boolean {
    if (value === null) into.delete(name);
    else if (this.keeps) into.set(name, value);
    return this.keeps;
  }
}
