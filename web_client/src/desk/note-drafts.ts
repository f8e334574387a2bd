/** What is typed into a note and not saved yet: in this page's memory alone, so that a panel may be closed and opened. */

const drafts = new Map<string, string>();

/** Of one hour; null where all there is is saved. */
export function draftOf(hour: string): string | null {
  return drafts.get(hour) ?? null;
}

export function keepDraft(hour: string, text: string): void {
  drafts.set(hour, text);
}

export function dropDraft(hour: string): void {
  drafts.delete(hour);
}

/** Nothing is left for who comes after. */
export function dropDrafts(): void {
  drafts.clear();
}
