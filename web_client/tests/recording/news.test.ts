import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { setLanguage } from '../../src/i18n/language';
import { endNote, staysWords } from '../../src/recording/ending';
import { RecordingNews } from '../../src/recording/news';
import type { Ended, Recording } from '../../src/protocol/wire';
import { ended, NOW, recording, SUPERVISION } from './fixtures';

beforeEach(() => setLanguage('zh-CN'));
afterEach(() => setLanguage('en'));

const CAPTURED = { recording: 'r', captured_ms: 41 * 60_000, purposes: [SUPERVISION] };

describe('how it ended', () => {
  it.each([
    [ended('decline', { by_you: true }), '好的，不录。咨询照常。'],
    [ended('decline'), '这次不录。'],
    [ended('scatter'), '没有录制。'],
    [ended('call_off'), '没有录制。'],
    [ended('unseen'), '没有录制。'],
    [ended('fail', CAPTURED), '录制没有成功，已停止。咨询不受影响。'],
    [ended('withdraw', CAPTURED), '录制已停止。'],
    [
      ended('withdraw', { ...CAPTURED, captured_ms: 12 * 60_000, by_you: true }),
      '已停止，录了 12 分钟。录下的怎么处理？',
    ],
    [ended('withdraw', { by_you: true }), '已停止。没有录下什么。'],
    [ended('close', CAPTURED), '录制已结束，录了 41 分钟，用于督导，保留到 2 月 20 日。'],
    [ended('stop', CAPTURED), '录制已结束，录了 41 分钟，用于督导，保留到 2 月 20 日。'],
    [
      ended('stop', { ...CAPTURED, captured_ms: 20_000 }),
      '录制已结束，录了不到一分钟，用于督导，保留到 2 月 20 日。',
    ],
    [ended('stop'), '录制已停止。'],
    [
      ended('emergency_stop', CAPTURED),
      '机构停止了录制。录制已结束，录了 41 分钟，用于督导，保留到 2 月 20 日。',
    ],
    [ended('recover', { ...CAPTURED, captured_ms: 862_000 }), '刚才的录制停在 14:22。'],
    [ended('recover'), '没有录制。'],
  ] as [Ended, string][])('%j', (end, words) => {
    expect(endNote(end, false, NOW)?.words).toBe(words);
  });

  it('leaves quietly where nobody answered, but for who asked', () => {
    expect(endNote(ended('lapse'), false, NOW)).toBeNull();
    expect(endNote(ended('lapse'), true, NOW)?.words).toBe('这次不录。');
    expect(endNote(ended('cancel'), true, NOW)).toBeNull();
  });

  it('asks only who took it back what becomes of it', () => {
    const mine = endNote(ended('withdraw', { ...CAPTURED, by_you: true }), false, NOW);
    expect(mine).toMatchObject({ decides: 'r', stays: true });
    expect(endNote(ended('withdraw', CAPTURED), false, NOW)?.decides).toBe('');
    expect(endNote(ended('decline'), false, NOW)?.stays).toBe(false);
  });
});

describe('what stays of the session', () => {
  it.each([
    [recording(), ''],
    [recording({ ended: ended('decline') }), ''],
    [recording({ stage: 'recording' }), ''],
    [recording({ stage: 'finalising' }), '录制已停，正在收好'],
    [
      recording({ ended: ended('withdraw', CAPTURED) }),
      '录下的已经收回：不给任何人播放，会被删除。',
    ],
    [recording({ ended: ended('fail', { recording: 'r' }) }), '录制已停止。'],
  ] as [Recording, string][])('%#', (told, words) => {
    expect(staysWords(told, NOW)).toBe(words);
  });
});

describe('news', () => {
  const on = recording({ stage: 'recording' });
  const late = recording({ stage: 'recording', is_late: true });
  const hold = recording({ stage: 'hold' });
  const arming = recording({ stage: 'arming' });

  function told(...events: readonly Recording[]): RecordingNews {
    const news = new RecordingNews();
    for (const event of events) news.handle(event, '录制暂停');
    return news;
  }

  it.each([
    [[arming], '5 秒后开始录制。现在还可以选“不录了”。', false],
    [[arming, on], '开始录制。', true],
    [[on, hold], '录制暂停', true],
    [[on, hold, on], '录制继续。', true],
    [[arming, on, late], '录制暂停', false],
    [[arming, on, late, on], '录制跟上了。', false],
    [[on, late, on, late], '录制暂停', false],
    [[hold, late], '录制继续。', true],
    [[on, recording({ ended: ended('withdraw') })], '录制已停止。', true],
    [[recording({ stage: 'requested' }), recording({ ended: ended('cancel') })], '', false],
    [[recording()], '', false],
  ] as [Recording[], string, boolean][])('said aloud: %#', (events, words, urgent) => {
    expect(told(...events).said).toEqual({ words, urgent });
  });

  it('has a tone once, before it begins', () => {
    const news = new RecordingNews();
    expect(news.handle(arming, '')).toBe(true);
    expect(news.handle(arming, '')).toBe(false);
    expect(news.handle(on, '')).toBe(false);
  });

  it('tells of an ending until it is put away, and of another one', () => {
    const end = recording({ ended: ended('close', CAPTURED) });
    const news = told(on, recording({ stage: 'finalising' }), end);
    expect(news.note(NOW)?.words).toContain('41');
    expect(news.noteKey).not.toBe('');
    news.dismiss();
    news.handle(end, '');
    expect(news.note(NOW)).toBeNull();
    news.handle(on, '');
    news.handle(recording({ ended: ended('withdraw') }), '');
    expect(news.note(NOW)).not.toBeNull();
  });

  it('does not tell again what an earlier page told, but for what is still asked', () => {
    expect(told(recording({ ended: ended('close', CAPTURED) })).note(NOW)).toBeNull();
    const mine = recording({ ended: ended('withdraw', { ...CAPTURED, by_you: true }) });
    expect(told(mine).note(NOW)?.decides).toBe('r');
  });

  it('remembers who asked', () => {
    const lapsed = recording({ ended: ended('lapse') });
    const asked = recording({ stage: 'requested', you_asked: true });
    expect(told(asked, lapsed).note(NOW)?.words).toBe('这次不录。');
    expect(told(recording({ stage: 'requested' }), lapsed).note(NOW)).toBeNull();
  });
});
