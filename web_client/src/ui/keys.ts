/** Single keys for who works without a mouse (WCAG 2.1.4): never while writing, and they can be off. */

export type KeyAction = 'microphone' | 'camera' | 'text' | 'help';

const ACTIONS: Readonly<Record<string, KeyAction>> = {
  m: 'microphone',
  v: 'camera',
  t: 'text',
  h: 'help',
  '?': 'help',
};

export interface Press {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
  readonly repeat: boolean;
  readonly isComposing: boolean;
}

/** What a press asks for; null when it asks for nothing. Pure. */
export function keyAction(press: Press, writing: boolean): KeyAction | null {
  if (writing || press.repeat || press.isComposing) return null;
  if (press.ctrlKey || press.altKey || press.metaKey) return null;
  const key = press.key.toLowerCase();
  return Object.hasOwn(ACTIONS, key) ? (ACTIONS[key] ?? null) : null;
}

/** Elements that take letters for themselves. */
export function takesLetters(element: Element | undefined): boolean {
  if (element === undefined) return false;
  if (element instanceof HTMLElement && element.isContentEditable) return true;
  return ['INPUT', 'TEXTAREA', 'SELECT'].includes(element.tagName);
}

const KEPT_AS = 'single-keys';

/** Whether single keys are on in this tab. */
export function keysOn(): boolean {
  try {
    return sessionStorage.getItem(KEPT_AS) !== 'off';
  } catch {
    return true;
  }
}

export function setKeysOn(on: boolean): void {
  try {
    if (on) sessionStorage.removeItem(KEPT_AS);
    else sessionStorage.setItem(KEPT_AS, 'off');
  } catch {
    // A browser that keeps nothing keeps no choice either.
  }
}
