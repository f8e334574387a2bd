/**
 * One's own thread as a page to keep: complete, readable without us, and asking nothing of anybody. Pure.
 *
 * What is written into it is escaped, and it has no script: whatever somebody wrote is shown, and does nothing.
 */

import { cardWords } from './file-words';
import { cardOf, saidBy } from '../booking/card';
import { momentOf } from '../i18n/dates';
import { t, timeOfDay } from '../i18n/language';
import type { BookingSide, Message } from '../protocol/wire';

export interface ArchiveOf {
  readonly messages: readonly Message[];
  readonly you: string;
  /** What the other one is called. */
  readonly name: string;
  readonly side: BookingSide;
  readonly language: string;
}

const STYLE =
  'body{font:1rem/1.6 sans-serif;max-width:40em;margin:2em auto;padding:0 1em}' +
  'p{white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:isolate;margin:0 0 1em}' +
  'h1{font-size:1.2rem}small{color:#555}';

export function archiveOf(of: ArchiveOf): string {
  const title = escaped(t('thread.title'));
  const rows = of.messages.map((message) => rowOf(message, of));
  return (
    `<!doctype html>\n<html lang="${escaped(of.language)}">\n<meta charset="utf-8">\n` +
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">\n` +
    `<title>${title}</title>\n<style>${STYLE}</style>\n<h1>${title}</h1>\n${rows.join('\n')}\n</html>\n`
  );
}

function rowOf(message: Message, of: ArchiveOf): string {
  const who = message.author === of.you ? t('thread.you') : of.name;
  const head = `<small>${escaped(momentOf(message.at))} · ${escaped(who)}</small>`;
  return `${head}\n<p dir="auto">${escaped(wordsOf(message, of))}</p>`;
}

function wordsOf(message: Message, { side, name }: ArchiveOf): string {
  const card = cardOf(message);
  if (card !== null) {
    const when = card.about === null ? '' : momentOf(card.about.starts_at);
    return t(saidBy(card, side), { name, when });
  }
  if (message.kind === 'line') return t('line.lost', { time: timeOfDay(message.at) });
  if (message.body !== null) return cardWords(message) ?? message.body;
  return t(message.recalled ? 'archive.recalled' : 'thread.expired');
}

function escaped(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;');
}

/** Everything there is, the oldest first; null where it could not be had. */
export async function allOf(
  before: (number: number) => Promise<readonly Message[] | null>,
): Promise<readonly Message[] | null> {
  let found: readonly Message[] = [];
  for (let number = Number.MAX_SAFE_INTEGER; number > 1;) {
    const page = await before(number);
    if (page === null) return null;
    const first = page[0];
    if (first === undefined) break;
    found = [...page, ...found];
    number = first.number;
  }
  return found;
}
