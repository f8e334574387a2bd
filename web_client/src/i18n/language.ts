/** The page's language: one for the whole page, changed anywhere, at once, without a reload. */

import { dateFormat } from './date-formats';
import { en, type Key } from './en';
import { zh } from './zh';

export type { Key } from './en';
export type Language = 'zh-CN' | 'en';
export type Parameters = Readonly<Record<string, string | number>>;

const TABLES: Readonly<Record<Language, Readonly<Record<Key, string>>>> = { 'zh-CN': zh, en };
const listeners = new Set<() => void>();
let current: Language = 'zh-CN';

export function language(): Language {
  return current;
}

/** The nearest language we speak; Chinese when nothing is known. */
export function nearest(tags: readonly string[]): Language {
  for (const tag of tags) {
    if (/^zh\b/i.test(tag)) return 'zh-CN';
    if (/^en\b/i.test(tag)) return 'en';
  }
  return 'zh-CN';
}

export function setLanguage(next: Language): void {
  current = next;
  for (const listener of listeners) listener();
}

/** Call `listener` after every change of language. Returns how to stop. */
export function onLanguage(listener: () => void): () => void {
  // Each asks for itself: two who share a function do not stop it for each other.
  const own = (): void => listener();
  listeners.add(own);
  return () => listeners.delete(own);
}

/** The sentence for `key`, with its `{blanks}` filled. */
export function t(key: Key, parameters: Parameters = {}): string {
  return fill(TABLES[current][key], parameters);
}

/** A sentence with its `{blanks}` filled. */
export function fill(sentence: string, parameters: Parameters): string {
  return sentence.replace(/\{(\w+)\}/g, (blank, name: string) =>
    name in parameters ? String(parameters[name]) : blank,
  );
}

/** Time of day as this language writes it. */
export function timeOfDay(unixMs: number): string {
  return dateFormat(current, 'time').format(unixMs);
}

export function count(value: number): string {
  return new Intl.NumberFormat(current).format(value);
}

/** A share, such as "2.5%". */
export function percent(share: number): string {
  return new Intl.NumberFormat(current, { style: 'percent', maximumFractionDigits: 1 }).format(
    share,
  );
}

/** A figure to one decimal place, such as "3.9". */
export function decimal(value: number): string {
  const one = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
  return new Intl.NumberFormat(current, one).format(value);
}

/** Several things in one phrase, such as "network and device". */
export function all(words: readonly string[]): string {
  return new Intl.ListFormat(current, { type: 'conjunction' }).format(words);
}

export type Unit = 'second' | 'millisecond' | 'byte' | 'kilobyte' | 'megabyte';

/** A measured amount with its unit, such as "0.8 s" or "12.4 MB". */
export function amount(value: number, unit: Unit): string {
  const style = { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(current, style).format(value);
}
