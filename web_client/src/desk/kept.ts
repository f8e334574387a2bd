/** What the desk keeps in this browser: the clinic, the hour it is in, that it is locked, and that it is quiet. */

import type { Keeps } from './quiet-keeper';

/** A browser that keeps nothing answers with null, and forgets. */
function read(storage: () => Storage, key: string): string | null {
  try {
    return storage().getItem(key);
  } catch {
    return null;
  }
}

function write(storage: () => Storage, key: string, value: string | null): void {
  try {
    if (value === null) storage().removeItem(key);
    else storage().setItem(key, value);
  } catch {
    // Then the next reload asks again.
  }
}

const tab = (): Storage => sessionStorage;
const browser = (): Storage => localStorage;
/** What all windows of this browser share. */
export const shared: Keeps = {
  read: (key) => read(browser, key),
  write: (key, value) => write(browser, key, value),
};

/** What the room's page keeps of a seat: of one hour, never of the next. */
const OF_THE_SEAT = ['seat.counsellor', 'unsent.counsellor'];

export const kept = {
  get clinic(): string {
    return read(browser, 'desk.clinic') ?? '';
  },
  set clinic(id: string) {
    write(browser, 'desk.clinic', id);
  },
  get locked(): boolean {
    return read(tab, 'desk.locked') !== null;
  },
  set locked(is: boolean) {
    write(tab, 'desk.locked', is ? 'yes' : null);
  },
  /** The hour whose room this tab is in: a reload goes straight back to it. */
  get hour(): string | null {
    return read(tab, 'desk.hour');
  },
  set hour(id: string | null) {
    if (id !== this.hour) for (const key of OF_THE_SEAT) write(tab, key, null);
    write(tab, 'desk.hour', id);
  },
};
