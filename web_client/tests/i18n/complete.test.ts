import { describe, expect, it } from 'vitest';

import { en, type Key } from '../../src/i18n/en';
import { LAB_WORDS, type LabKey } from '../../src/i18n/lab';
import { language, nearest, onLanguage, setLanguage, t } from '../../src/i18n/language';
import { WIDGET_WORDS } from '../../src/i18n/widget';
import { zh } from '../../src/i18n/zh';

const HAN = /\p{Script=Han}/u;
const KEYS = Object.keys(en) as Key[];

function blanks(sentence: string): string[] {
  return [...sentence.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? '').sort();
}

describe('both languages', () => {
  it('have the same keys', () => {
    expect(Object.keys(zh).sort()).toEqual([...KEYS].sort());
  });

  it.each(KEYS)('%s says something in each, with the same blanks', (key) => {
    expect(en[key].trim()).not.toBe('');
    expect(HAN.test(en[key])).toBe(false);
    expect(blanks(zh[key])).toEqual(blanks(en[key]));
    expect(zh[key]).toMatch(HAN);
  });

  it.each(KEYS)('%s has full-width punctuation in Chinese', (key) => {
    expect(zh[key]).not.toMatch(/\p{Script=Han}\s*[,;:?!()]/u);
  });

  it.each(KEYS)('%s calls nobody a patient and nothing a treatment', (key) => {
    expect(en[key]).not.toMatch(/patient|treatment|therap/i);
    expect(zh[key]).not.toMatch(/患者|病人|治疗/);
  });

  it.each(Object.keys(LAB_WORDS.en) as LabKey[])('cover the laboratory: %s', (key) => {
    const [en, zh] = [LAB_WORDS.en[key], LAB_WORDS['zh-CN'][key]];
    expect(en.trim() + zh.trim()).not.toBe('');
    expect(HAN.test(en)).toBe(false);
    expect(zh).toMatch(HAN);
    expect(blanks(zh)).toEqual(blanks(en));
    expect(zh).not.toMatch(/\p{Script=Han}\s*[,;:?!()]/u);
  });

  it('cover the widget', () => {
    for (const sentence of Object.values(WIDGET_WORDS['zh-CN'])) expect(sentence).toMatch(HAN);
    for (const sentence of Object.values(WIDGET_WORDS.en)) expect(sentence).not.toMatch(HAN);
  });
});

describe('the language of a page', () => {
  it('is the nearest one we speak', () => {
    expect(nearest(['fr-FR', 'en-GB', 'zh-CN'])).toBe('en');
    expect(nearest(['zh-TW'])).toBe('zh-CN');
    expect(nearest(['fr'])).toBe('zh-CN');
  });

  it('changes everywhere at once', () => {
    const told: string[] = [];
    const stop = onLanguage(() => told.push(language()));
    setLanguage('en');
    expect(t('status.peer.left', { name: 'Li' })).toBe('Li has left the room.');
    setLanguage('zh-CN');
    expect(t('status.peer.left', { name: '李老师' })).toBe('李老师离开了房间。');
    stop();
    setLanguage('en');
    expect(told).toEqual(['en', 'zh-CN']);
  });

  it('goes on for one of two who listen with the same function', () => {
    let told = 0;
    const listener = (): number => (told += 1);
    const [stopOne, stopOther] = [onLanguage(listener), onLanguage(listener)];
    stopOne();
    setLanguage('en');
    expect(told).toBe(1);
    stopOther();
  });
});
