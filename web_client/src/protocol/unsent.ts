/** Where texts on their way out outlive a reload: this tab only, beside the seat they belong to. */

/** A text as it is kept. With a `ref` it may have reached the gateway; the next welcome tells. */
export interface Unsent {
  readonly id: string;
  readonly body: string;
  readonly ref: number | null;
  readonly failed: boolean;
  /** The room's text in which `ref` counts. */
  readonly log: string;
}

export interface UnsentStore {
  load(): readonly Unsent[];
  save(texts: readonly Unsent[]): void;
  clear(): void;
}

/** Over `sessionStorage`; `key` keeps the counsellor's texts apart from the client's. */
export function unsentStore(storage: Storage, key: string): UnsentStore {
  const clear = (): void => storage.removeItem(key);
  return {
    load: () => parse(storage.getItem(key)),
    save: (texts) => {
      try {
        if (texts.length === 0) clear();
        else storage.setItem(key, JSON.stringify(texts));
      } catch {
        // The tab's storage is full: the texts live as long as the page does.
      }
    },
    clear,
  };
}

function parse(text: string | null): readonly Unsent[] {
  if (text === null) return [];
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.map(withLog).filter(isUnsent) : [];
  } catch {
    return [];
  }
}

/** What an older page has kept names no text, and has no id. */
function withLog(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? { id: '', log: '', ...value } : value;
}

function isUnsent(value: unknown): value is Unsent {
  if (typeof value !== 'object' || value === null) return false;
  const { id, body, ref, failed, log } = value as Partial<Record<keyof Unsent, unknown>>;
  return (
    typeof id === 'string' &&
    typeof body === 'string' &&
    typeof failed === 'boolean' &&
    typeof log === 'string' &&
    (ref === null || Number.isSafeInteger(ref))
  );
}
