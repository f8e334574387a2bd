import { afterEach, describe, expect, it } from 'vitest';

import {
  cardWords,
  fileWords,
  lengthOf,
  mayRetry,
  sizeOf,
  troubleOf,
} from '../../src/thread/file-words';
import { setLanguage } from '../../src/i18n/language';
import type { FileCard } from '../../src/protocol/wire';

const LETTER: FileCard = {
  file: 'f',
  name: 'letter.pdf',
  type: 'pdf',
  bytes: 1_234_567,
  width: 0,
  height: 0,
  ms: 0,
};

afterEach(() => setLanguage('zh-CN'));

describe('what is said without being written out', () => {
  it('has words in both languages, for who listens and for a copy', () => {
    const feeling = { kind: 'feeling', body: '{"feeling":"tense","strength":7,"place":"chest"}' };
    expect(cardWords(feeling as never)).toBe('紧张 · 强度 7/10 · 胸口');
    expect(fileWords({ ...LETTER, type: 'voice', ms: 61_400 })).toBe('语音，1:01');
    setLanguage('en');
    expect(cardWords(feeling as never)).toBe('Tense · 7 of 10 · Chest');
    expect(fileWords(LETTER)).toBe('PDF: letter.pdf (1.2 MB)');
    const hopes = { kind: 'hopes', body: '{"session":"s","hopes":"To sleep.","worries":""}' };
    expect(cardWords(hopes as never)).toBe('What I hope for To sleep.');
  });

  it('says nothing of what is words, is gone, or is not to be read', () => {
    expect(cardWords({ kind: 'text', body: '{"feeling":"tense"}' })).toBeNull();
    expect(cardWords({ kind: 'feeling', body: null })).toBeNull();
    expect(cardWords({ kind: 'feeling', body: 'tense' })).toBeNull();
  });

  it('leaves out what was not said of a feeling', () => {
    const body = '{"feeling":"numb","strength":null,"place":null}';
    expect(cardWords({ kind: 'feeling', body })).toBe('麻木');
    expect(cardWords({ kind: 'feeling', body: '{"feeling":"calm","strength":0}' })).toBe(
      '平静 · 强度 0/10',
    );
  });

  it('shows sizes and lengths as people write them', () => {
    setLanguage('en');
    expect([sizeOf(12), sizeOf(4_200), sizeOf(19_900_000)]).toEqual(['12 byte', '4 kB', '19.9 MB']);
    expect([lengthOf(400), lengthOf(9_600), lengthOf(60_000)]).toEqual(['0:00', '0:10', '1:00']);
  });

  it('says why a file is not sent, and whether it is any use to try again', () => {
    expect(troubleOf('too_large')).toBe('file.too_large');
    expect(troubleOf('file_refused')).toBe('file.refused');
    expect(troubleOf('not_found')).toBe('file.gone');
    expect(troubleOf('taken')).toBe('file.trouble');
    expect([mayRetry('taken'), mayRetry('too_large'), mayRetry('file_refused')]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
