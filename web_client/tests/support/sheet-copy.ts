/**
 * The copy of the sheet as it is kept for later: what was agreed to has to be reproducible from a row of the audit.
 *
 * Rule 1: `docs/consent-words/<version>.json` holds all copy of one version; what was once published stays as it was.
 * Rule 2: it holds examples, too, by which another program can be tried.
 */

import { type Language, setLanguage } from '../../src/i18n/language';
import { RECORDING_WORDS } from '../../src/i18n/recording';
import type { PurposeTerm, RecordingTerms } from '../../src/protocol/wire';
import { mediaChoices } from '../../src/recording/answering';
import { sheetWords, shownText } from '../../src/recording/words';

/** All copy that the sheet can show, by the beginnings of its keys; a bare key is that alone. */
const OF_SHEET =
  /^rec\.(title(\.join)?|what\..+|lead\..+|kept\..+|floor|calm(\.join)?|purpose\..+|agree|disagree|media(\..+)?|no|yes|stay_out)$/;

export interface KeptExample {
  readonly language: Language;
  readonly terms: Omit<RecordingTerms, 'digest'>;
  /** Whether it was asked of somebody who came in while it was recorded. */
  readonly joins: boolean;
  /** Unix milliseconds: when it was read. */
  readonly at: number;
  readonly text: string;
}

export interface KeptWords {
  readonly version: string;
  readonly copy: Readonly<Record<Language, Readonly<Record<string, string>>>>;
  readonly examples: readonly KeptExample[];
}

/** What is kept of the copy as it is now. It changes the language of the page. */
export function sheetCopy(version: string): KeptWords {
  const copy = { 'zh-CN': ofSheet(RECORDING_WORDS['zh-CN']), en: ofSheet(RECORDING_WORDS.en) };
  return { version, copy, examples: examplesOf(version) };
}

function ofSheet(table: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(table).filter(([key]) => OF_SHEET.test(key)));
}

const DAY = 86_400_000;
const AT = Date.UTC(2026, 10, 28, 12);
const REVIEW: PurposeTerm = {
  purpose: 'clinical_review',
  until: Date.UTC(2026, 11, 28),
  listeners: ['Li'],
};
const SUPERVISION: PurposeTerm = {
  purpose: 'supervision',
  until: Date.UTC(2027, 1, 20),
  listeners: ['Li', '王督导', 'Wu'],
};
const FAR: PurposeTerm = { purpose: 'supervision', until: Date.UTC(2027, 8, 30), listeners: [] };

function examplesOf(version: string): KeptExample[] {
  const plain = { asker: '李老师', asker_role: 'counsellor', floor_until: null, version } as const;
  const by = { ...plain, asker: 'Li', asker_role: 'client' } as const;
  const all = ['audio', 'video', 'text'] as const;
  const asked: readonly [Omit<RecordingTerms, 'digest'>, boolean][] = [
    [{ ...plain, purposes: [SUPERVISION], media: ['audio'] }, false],
    [{ ...plain, purposes: [SUPERVISION], media: ['audio', 'video'] }, true],
    [{ ...plain, purposes: [REVIEW], media: ['video'] }, false],
    [
      { ...plain, purposes: [REVIEW, SUPERVISION], media: [...all], floor_until: AT + 3650 * DAY },
      true,
    ],
    [{ ...plain, purposes: [REVIEW, FAR], media: ['audio'] }, false],
    [{ ...plain, purposes: [FAR], media: ['text'] }, false],
    [{ ...by, purposes: [REVIEW], media: ['audio', 'text'] }, false],
  ];
  const languages = ['zh-CN', 'en'] as const;
  return languages.flatMap((language) => {
    setLanguage(language);
    return asked.map(([terms, joins]) => {
      const given = { ...terms, digest: '' };
      const words = sheetWords(given, mediaChoices(terms.media), joins, AT);
      return { language, terms, joins, at: AT, text: shownText(words) };
    });
  });
}
