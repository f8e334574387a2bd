/** What a file, a feeling or a hope says in words: for who reads, who listens, and for a copy. Pure. */

import { amount, fill, type Key, t } from '../i18n/language';
import type { Code, FeelingCard, FileCard, HopesCard, Kind, Message } from '../protocol/wire';

const KILO = 1_000;
const MEGA = 1_000_000;
const SECOND_MS = 1_000;
const MINUTE_S = 60;

/** What of a message tells what it says; also of one that is not sent yet. */
export type Said = Pick<Message, 'kind' | 'body'>;

/** The card of a message of this kind; null of any other, and of one that is no longer kept. */
function parsed(message: Said, ...kinds: readonly Kind[]): unknown {
  if (!kinds.includes(message.kind) || message.body === null) return null;
  try {
    return JSON.parse(message.body);
  } catch {
    return null;
  }
}

export function fileOf(message: Said): FileCard | null {
  return parsed(message, 'file', 'voice') as FileCard | null;
}

export function feelingOf(message: Said): FeelingCard | null {
  return parsed(message, 'feeling') as FeelingCard | null;
}

export function hopesOf(message: Said): HopesCard | null {
  return parsed(message, 'hopes') as HopesCard | null;
}

/** Minutes and seconds, as a clock shows them. */
export function lengthOf(ms: number): string {
  const seconds = Math.round(ms / SECOND_MS);
  return `${Math.floor(seconds / MINUTE_S)}:${String(seconds % MINUTE_S).padStart(2, '0')}`;
}

export function sizeOf(bytes: number): string {
  if (bytes < KILO) return amount(bytes, 'byte');
  return bytes < MEGA
    ? amount(Math.round(bytes / KILO), 'kilobyte')
    : amount(bytes / MEGA, 'megabyte');
}

export function fileWords(card: FileCard): string {
  if (card.type === 'voice') return t('voice.words', { length: lengthOf(card.ms) });
  return fill('{type}: {name} ({size})', {
    type: t(`file.type.${card.type}`),
    name: card.name,
    size: sizeOf(card.bytes),
  });
}

export function feelingWords({ feeling, strength, place }: FeelingCard): string {
  const parts = [t(`feeling.${feeling}`)];
  if (typeof strength === 'number') parts.push(t('feeling.strength.words', { strength }));
  if (typeof place === 'string') parts.push(t(`feeling.place.${place}`));
  return parts.join(' · ');
}

export function hopesWords({ hopes, worries }: HopesCard): string {
  const parts: string[] = [];
  if (hopes !== '') parts.push(`${t('hopes.hopes')} ${hopes}`);
  if (worries !== '') parts.push(`${t('hopes.worries')} ${worries}`);
  return parts.join('\n');
}

/** What a message says that is no plain text; null of what this does not know. */
export function cardWords(message: Said): string | null {
  const file = fileOf(message);
  if (file !== null) return fileWords(file);
  const feeling = feelingOf(message);
  if (feeling !== null) return feelingWords(feeling);
  const hopes = hopesOf(message);
  return hopes === null ? null : hopesWords(hopes);
}

/** Why a file cannot be sent. */
export function troubleOf(code: Code): Key {
  if (code === 'too_large') return 'file.too_large';
  if (code === 'file_refused') return 'file.refused';
  return code === 'not_found' ? 'file.gone' : 'file.trouble';
}

/** Whether it would be any use to send the same one again. */
export function mayRetry(code: Code): boolean {
  return code !== 'too_large' && code !== 'file_refused' && code !== 'not_found';
}
