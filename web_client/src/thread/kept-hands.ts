/** Where what is not stored yet outlives the page: in the vault, read once and written as it changes. */

import type { HandState } from './hand';
import type { HandStore } from './inbox';
import type { Vault } from './vault';

const PREFIX = 'hand ';

/** Opened before the page connects. `lost` is told as soon as the browser keeps nothing, or no more. */
export async function keptHands(vault: Vault, lost: () => void): Promise<HandStore> {
  if (!vault.keeps) lost();
  const texts = await vault.all(PREFIX);
  const states = new Map<string, HandState>();
  for (const [name, text] of texts) {
    const state = parse(text);
    if (state !== null) states.set(name, state);
  }
  const saves = new Map<string, Promise<void>>();
  return {
    load: (owner, thread) => states.get(nameOf(owner, thread)) ?? null,
    save: (owner, thread, state) => {
      const name = nameOf(owner, thread);
      states.set(name, state);
      const text = JSON.stringify(state);
      const save = async (): Promise<void> => {
        if (!(await vault.save(name, text))) lost();
      };
      // One after the other: what was written last is what stays.
      const next = (saves.get(name) ?? Promise.resolve()).then(save);
      saves.set(name, next);
      return next;
    },
  };
}

function nameOf(owner: string, thread: string): string {
  return `${PREFIX}${owner} ${thread}`;
}

function parse(text: string): HandState | null {
  try {
    const value: unknown = JSON.parse(text);
    return isState(value) ? value : null;
  } catch {
    return null;
  }
}

function isState(value: unknown): value is HandState {
  if (typeof value !== 'object' || value === null) return false;
  const { name, last, lastId, unsent, failed } = value as Partial<Record<keyof HandState, unknown>>;
  return (
    typeof name === 'string' &&
    Number.isSafeInteger(last) &&
    typeof lastId === 'string' &&
    Array.isArray(unsent) &&
    Array.isArray(failed)
  );
}
