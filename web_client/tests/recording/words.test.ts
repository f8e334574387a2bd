import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { setLanguage } from '../../src/i18n/language';
import { mediaChoices } from '../../src/recording/answering';
import { viewOf } from '../../src/recording/view';
import {
  badgeWords,
  dayWords,
  lengthWords,
  mediaWords,
  sheetWords,
  shownText,
  spaced,
} from '../../src/recording/words';
import type { Language } from '../../src/i18n/language';
import type { Recording, RecordingTerms } from '../../src/protocol/wire';
import { DAY, NOW, recording, REVIEW, SUPERVISION, terms } from './fixtures';

beforeEach(() => setLanguage('zh-CN'));
afterEach(() => setLanguage('en'));

function sheet(given: RecordingTerms, joins = false) {
  return sheetWords(given, mediaChoices(given.media), joins, NOW);
}

describe('the sheet', () => {
  it('says in Chinese to whom it is played, and not who alone could', () => {
    expect(sheet(terms())).toEqual({
      title: '可以录下这次咨询吗？',
      body: [
        '李老师想录音，请督导老师听，帮助自己更好地陪您。保留到 2 月 20 日，只给李老师和王督导听。',
        '不同意完全没关系，咨询照常。您随时可以停，并删掉录下的内容。',
      ],
      choices: ['督导', '同意', '不同意'],
      answers: ['不录', '同意录制'],
    });
  });

  it('and in English', () => {
    setLanguage('en');
    const listeners = ['Li', 'Wang'];
    const given = terms({ asker: 'Li', purposes: [{ ...SUPERVISION, listeners }] });
    expect(sheet(given)).toEqual({
      title: 'May we record today?',
      body: [
        'Li would like a voice recording so their supervisor can help them support you well. Kept until 20 Feb, and played only to Li and Wang.',
        'Saying no is completely fine and changes nothing. You can stop at any time and have it deleted.',
      ],
      choices: ['Supervision', 'Agree', 'Don’t agree'],
      answers: ['Don’t record', 'Agree to record'],
    });
  });

  it('names each purpose with its time and its people, and what can be chosen', () => {
    const both = sheet(terms({ purposes: [SUPERVISION, REVIEW], media: ['audio', 'video'] }));
    expect(both.body.slice(0, 3)).toEqual([
      '李老师想录音录像，用于督导和本人复盘，更好地陪您。',
      '督导：保留到 2 月 20 日，只给李老师和王督导看。',
      '本人复盘：保留到 12 月 28 日，只给李老师看。',
    ]);
    expect(both.choices.slice(-3)).toEqual(['录您的什么', '只录声音', '声音和画面']);
  });

  it('says before it is agreed what the law will not let go', () => {
    const floor = sheet(terms({ floor_until: NOW + 400 * DAY }));
    expect(floor.body).toContain(
      '按法律要保存到 2028 年 1 月 2 日：您要删掉的话，在那之前它会锁着，不给任何人播放。',
    );
    expect(sheet(terms()).body.join()).not.toContain('法律');
  });

  it('names nobody where nobody is known', () => {
    const alone = sheet(terms({ purposes: [{ ...SUPERVISION, listeners: [] }] }));
    expect(alone.body[0]).toMatch(/保留到 2 月 20 日。$/);
    const both = sheet(terms({ purposes: [{ ...SUPERVISION, listeners: [] }, REVIEW] }));
    expect(both.body[1]).toBe('督导：保留到 2 月 20 日。');
  });

  it('says that text is kept too, only where it is', () => {
    const text = sheet(terms({ media: ['audio', 'text'] }));
    expect(text.body[0]).toContain('写的文字也会录下。');
    expect(text.choices.at(-1)).toBe('也录文字');
  });

  it.each(['zh-CN', 'en'] as Language[])('speaks for whoever asks: %s', (language) => {
    setLanguage(language);
    const client = sheet(terms({ asker: '小雨', asker_role: 'client' }));
    expect(client.body[0]).toContain('小雨');
    expect(client.body[0]).not.toMatch(/帮助|support/);
    for (const purpose of ['clinical_review', 'research', 'teaching'] as const) {
      expect(sheet(terms({ purposes: [{ ...REVIEW, purpose }] })).body[0]).toContain('李老师');
    }
    for (const media of [['video'], ['audio', 'video']] as const) {
      expect(sheet(terms({ media: [...media] })).body[0]).toMatch(/录像|video/);
    }
  });

  it('asks who came in later, who may go instead', () => {
    const joins = sheet(terms(), true);
    expect(joins.title).toBe('这里正在录制。您也愿意吗？');
    expect(joins.answers).toEqual(['不录', '同意录制', '先离开']);
  });

  it('is one text, each thing that stands there a line', () => {
    expect(shownText(sheet(terms())).split('\n')).toHaveLength(8);
  });
});

describe('days', () => {
  it('have their year where it is far away', () => {
    expect(dayWords(NOW + 10 * DAY, NOW)).toBe('12 月 8 日');
    expect(dayWords(NOW + 700 * DAY, NOW)).toBe('2028 年 10 月 28 日');
    setLanguage('en');
    expect(dayWords(NOW + 10 * DAY, NOW)).toBe('8 Dec');
  });
});

describe('the line on every screen', () => {
  const nameOf = (id: string): string => ({ k: '李老师' })[id] ?? '';
  function badge(given: Partial<Recording>, person: 'client' | 'counsellor' = 'client'): string {
    const told = recording({ purposes: [SUPERVISION], ...given });
    const view = viewOf(told, { now: NOW, goneAt: null, you: 'me', person });
    return badgeWords(view, told, nameOf, 'me');
  }

  it('says what for, and how long', () => {
    expect(badge({ stage: 'recording', captured_ms: 723_000 })).toBe('正在录制 · 督导 · 12:03');
    expect(badge({ stage: 'finalising' })).toBe('录制已停，正在收好');
  });

  it('says where some of it is missed, while it is', () => {
    const late = { stage: 'recording', captured_ms: 723_000, is_late: true } as const;
    expect(badge(late)).toBe('正在录制 · 这一段可能没录上 · 督导 · 12:03');
    expect(badge({ ...late, stage: 'hold', is_late: false })).toBe('录制暂停');
  });

  it.each([
    [5_000, '5 秒后开始录制'],
    [-10, '马上开始录制'],
  ])('says %i ms before that it begins', (ms, words) => {
    expect(badge({ stage: 'arming', begins_at: NOW + ms })).toBe(words);
  });

  it.each([
    ['user', 'me', '录制暂停 · 您想停一停'],
    ['user', 'k', '录制暂停 · 李老师想停一停'],
    ['new_party', 'k', '录制暂停 · 等李老师决定'],
    ['new_party', '', '录制暂停 · 等新来的人决定'],
    ['user', '', '录制暂停'],
    ['beside', 'me', '录制暂停 · 您旁边有人时不录'],
    ['beside', 'k', '录制暂停 · 李老师旁边有人时不录'],
    ['absent', 'k', '录制暂停 · 等李老师回来'],
    ['absent', 'nobody', '录制暂停'],
    ['no_indicator', 'me', '录制暂停 · 等您看得到这一行'],
    ['declined', '', '录制暂停 · 大家都愿意才录'],
    ['safety', '', '录制暂停'],
  ] as const)('says why it is held: %s of %s', (reason, participant, words) => {
    expect(badge({ stage: 'hold', holds: [{ reason, participant }] })).toBe(words);
  });

  it('tells the counsellor of the safety panel', () => {
    const holds = [{ reason: 'safety', participant: '' } as const];
    expect(badge({ stage: 'hold', holds }, 'counsellor')).toBe('录制暂停 · 安全面板打开时不录');
  });
});

describe('amounts', () => {
  it.each([
    [41 * 60_000, '41 分钟'],
    [20_000, '不到一分钟'],
    [59_999, '不到一分钟'],
    [60_000, '1 分钟'],
    [59.6 * 60_000, '1 小时'],
    [65 * 60_000, '1 小时 5 分钟'],
  ])('%i ms are %s', (ms, words) => {
    expect(lengthWords(ms)).toBe(words);
  });

  it('are said in English, too', () => {
    setLanguage('en');
    expect([20_000, 41 * 60_000, 65 * 60_000, 120 * 60_000].map(lengthWords)).toEqual([
      'less than a minute',
      '41 min',
      '1 h 5 min',
      '2 h',
    ]);
  });

  it('have a space before a figure, and none before a word', () => {
    expect(spaced('录了41 分钟')).toBe('录了 41 分钟');
    expect(spaced('录了不到一分钟')).toBe('录了不到一分钟');
    expect(spaced('It is 41 min')).toBe('It is 41 min');
  });

  it('and media have a word', () => {
    expect(mediaWords(['audio'])).toBe('只录声音');
    expect(mediaWords(['audio', 'video'])).toBe('声音和画面');
    expect(mediaWords(['video'])).toBe('只录画面');
  });
});
