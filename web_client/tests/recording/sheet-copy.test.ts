import { readFileSync } from 'node:fs';

import { afterEach, expect, it } from 'vitest';

import { type Key, setLanguage } from '../../src/i18n/language';
import { en } from '../../src/i18n/en';
import { digestOf } from '../../src/recording/digest';
import { mediaChoices } from '../../src/recording/answering';
import { sheetWords, shownText } from '../../src/recording/words';
import { sheetCopy, type KeptWords } from '../support/sheet-copy';

const root = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const version = /^VERSION: Final = "(.+)"$/m.exec(read('signaling/domain/consent/shown.py'))?.[1];

const kept = JSON.parse(read(`docs/consent-words/${version}.json`)) as KeptWords;

const WHAT_TO_DO =
  'The copy of the sheet has changed: raise VERSION in signaling/domain/consent/shown.py, run ' +
  '`make consent-words`, and leave the files of earlier versions as they were.';

afterEach(() => setLanguage('en'));

it('is the copy that is kept of its version', () => {
  expect(sheetCopy(kept.version), WHAT_TO_DO).toEqual(kept);
});

it('is all that the sheet can say', () => {
  const { copy: tables, examples } = sheetCopy('');
  const copy = new Set(Object.values(tables.en).map((each) => each.replace(/\{\w+\}/g, '')));
  // Each line of a sheet without blanks is a line of the copy, the purposes at the beginning of a sentence.
  const lines = examples
    .filter(({ language }) => language === 'en')
    .flatMap(({ text }) => text.split('\n'))
    .filter((line) => !/\d|would like|Kept/.test(line));
  const known = (line: string): boolean =>
    copy.has(line) || copy.has(line.charAt(0).toLowerCase() + line.slice(1));
  expect(lines.filter((line) => !known(line))).toEqual([]);
  expect(Object.keys(tables.en).every((key) => key in en)).toBe(true);
  expect(Object.keys(tables.en)).toEqual(
    expect.arrayContaining<Key>(['rec.title', 'rec.calm.join']),
  );
});

it('is the text whose digest a page sends, wherever the page is', async () => {
  for (const { language, terms, joins, at, text } of kept.examples) {
    setLanguage(language);
    const given = { ...terms, digest: 'a'.repeat(64) };
    const shown = shownText(sheetWords(given, mediaChoices(terms.media), joins, at));
    expect(await digestOf(shown)).toBe(await digestOf(text));
  }
});
