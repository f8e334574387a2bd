import { afterEach, describe, expect, it } from 'vitest';

import { recording } from './fixtures';
import { setLanguage, t } from '../../src/i18n/language';
import type { LookShown, Proof } from '../../src/protocol/bodies';
import { gateOf, troubleOf, whyStopped } from '../../src/recordings/calls';
import { bodyOf, mayDrop, standingOf } from '../../src/recordings/card-state';
import { looksOf, lookWords } from '../../src/recordings/looks';
import {
  type Known,
  mayUndo,
  proofLines,
  proofsInOrder,
  proofTitle,
  whichLine,
} from '../../src/recordings/proof-words';
import {
  afterwards,
  cardLine,
  decimalSpeed,
  factsLine,
  lengthWord,
  lockedWords,
  notNow,
  pendingWords,
  purposeBanner,
  whoPlays,
} from '../../src/recordings/words';

const NOW = Date.UTC(2026, 1, 13);
const NEXT_YEAR = Date.UTC(2027, 1, 20, 12);

afterEach(() => setLanguage('zh-CN'));

describe('a recording in words', () => {
  it('says what alone it is for', () => {
    const [first] = recording().purposes;
    expect(purposeBanner(first === undefined ? [] : [first], NOW)).toBe('只用于督导，到5月13日');
    setLanguage('en');
    expect(purposeBanner(first === undefined ? [] : [first], NOW)).toBe(
      'Only for supervision, until May 13',
    );
  });

  it('says each purpose with its own time, and the year of another one', () => {
    const purposes = [{ purpose: 'research' as const, until: NEXT_YEAR }, ...recording().purposes];
    expect(purposeBanner(purposes, NOW)).toBe(
      '只用于本人复盘（到3月14日）、督导（到5月13日）和研究（到2027年2月20日）',
    );
    expect(purposeBanner([], NOW)).toBe('');
  });

  it('says how long it is, and what is in it', () => {
    expect(factsLine(recording())).toBe('41 分钟 · 声音和画面');
    expect(lengthWord(5_400)).toBe('5 秒');
    expect(decimalSpeed(1.25)).toBe('1.25 倍');
  });

  it('says with whom, and nothing of what is gone', () => {
    expect(cardLine(recording())).toBe('和李老师 · 41 分钟 · 声音和画面');
    expect(cardLine(recording({ stage: 'erased', duration_ms: 0, media: [] }))).toBe('和李老师');
  });

  it('says in one sentence after the hour what there is', () => {
    const one = recording({ purposes: recording().purposes.slice(0, 1), media: ['audio'] });
    expect(afterwards(one, NOW)).toBe('录了 41 分钟的声音，用于督导（到5月13日）。');
    expect(afterwards({ ...one, stage: 'erased' }, NOW)).toBe('已经彻底删除。');
    expect(afterwards({ ...one, stage: 'locked' }, NOW)).toContain('不再给任何人播放');
    expect(afterwards({ ...one, stage: 'erasure_pending' }, NOW)).toBe(
      '已经收回，不再给任何人播放。很快就会彻底删除。',
    );
    setLanguage('en');
    expect(afterwards(one, NOW)).toBe('41 min of sound, for supervision until May 13.');
  });

  it('says after the hour that what was taken back will be deleted', () => {
    const back = recording({ stage: 'erasure_pending', erase_at: NOW + 3_600_000, may_keep: true });
    expect(afterwards(back, NOW)).toMatch(/^已经收回，.*彻底删除，在那之前还能改主意。$/);
    expect(afterwards({ ...back, may_keep: false }, NOW)).toMatch(/^已经收回，.*彻底删除。$/);
    expect(afterwards({ ...back, asks_to_keep: true }, NOW)).toMatch(
      /^另一个人.*可以留着吗.*彻底删除/,
    );
    setLanguage('en');
    expect(afterwards(back, NOW)).toMatch(/^It was taken back: .* Until then you can change/);
  });

  it('says until when one may still change one’s mind', () => {
    const pending = recording({
      stage: 'erasure_pending',
      may_keep: true,
      erase_at: NOW + 3_600_000,
    });
    expect(pendingWords(pending, NOW)).toMatch(/^还能改主意到2月1[234]日/);
    expect(pendingWords({ ...pending, may_keep: false }, NOW)).toMatch(/彻底删除。$/);
    expect(pendingWords({ ...pending, erase_at: null }, NOW)).toBe('很快就会彻底删除。');
  });

  it('says until when the law keeps it', () => {
    expect(lockedWords(recording({ floor_until: NEXT_YEAR }), NOW)).toContain('2027年2月20日');
    expect(lockedWords(recording(), NOW)).toBe('不再给任何人播放。规定的时间一到就彻底删除。');
  });

  it.each([
    ['active', 'recs.desk.not'],
    ['erased', 'recs.desk.erased'],
    ['erasure_pending', 'recs.desk.pending'],
    ['locked', 'recs.desk.locked'],
    ['narrowed', 'recs.desk.not'],
    ['sealed', 'recs.desk.sealed'],
  ] as const)('says why one that is %s is not played', (stage, key) => {
    expect(notNow(recording({ stage }))).toBe(key);
  });
});

describe('who can play it', () => {
  it('is the client, too, where its terms said so and for what they are theirs to review', () => {
    expect(t(whoPlays(recording(), 'clinical_review'), { name: '李老师' })).toBe(
      '李老师可以播放。',
    );
    const both = recording({ client_plays: true });
    expect(t(whoPlays(both, 'clinical_review'), { name: '李老师' })).toContain('您自己也可以');
    expect(whoPlays(both, 'supervision')).toBe(whoPlays(recording(), 'supervision'));
  });
});

describe('what a client may do with a recording', () => {
  it('is to have less of it, but the last of it goes with the whole', () => {
    expect(mayDrop(recording(), 'purposes')).toBe(true);
    expect(mayDrop(recording({ media: ['audio'] }), 'media')).toBe(false);
    expect(mayDrop(recording({ may_take_back: false }), 'purposes')).toBe(false);
  });

  it.each([
    [{ kind: 'purpose', purpose: 'supervision' }, { purposes: ['supervision'] }],
    [{ kind: 'medium', medium: 'video' }, { media: ['video'] }],
    [{ kind: 'all' }, {}],
    [{ kind: 'now' }, { now: true }],
  ] as const)('asks for %j as %j', (asking, body) => {
    expect(bodyOf(asking)).toEqual(body);
  });

  it.each([
    [recording(), 'here'],
    [recording({ asks_to_keep: true }), 'asked'],
    [recording({ stage: 'erasure_pending' }), 'pending'],
    [recording({ stage: 'erasure_pending', asks_to_keep: true }), 'asked'],
    [recording({ stage: 'locked' }), 'locked'],
    [recording({ stage: 'erased' }), 'erased'],
  ] as const)('depends on how it stands: %#', (seen, standing) => {
    expect(standingOf(seen)).toBe(standing);
  });
});

describe('an answer that is no', () => {
  const refused = (code: 'busy' | 'locked' | 'not_found' | 'signed_out') =>
    ({ kind: 'refused', code }) as const;

  it('is calm', () => {
    expect(troubleOf({ kind: 'done', said: null })).toBeNull();
    expect(troubleOf({ kind: 'unreachable' })).toBe('recs.unreachable');
    expect(troubleOf(refused('busy'))).toBe('recs.busy');
    expect(troubleOf(refused('not_found'))).toBe('recs.failed');
  });

  it('leads to a gate', () => {
    expect([gateOf('signed_out'), gateOf('locked'), gateOf('busy')]).toEqual([
      'signed-out',
      'locked',
      null,
    ]);
  });

  it('stops the player with what is known of it', () => {
    const no = refused('not_found');
    expect(whyStopped(no, null)).toBe('recs.stopped.taken_back');
    expect(whyStopped(no, recording({ stage: 'erasure_pending' }))).toBe('recs.stopped.taken_back');
    expect(whyStopped(no, recording({ may_play: false }))).toBe('recs.stopped.over');
    expect(whyStopped({ kind: 'refused', code: 'not_allowed' }, recording())).toBe(
      'recs.stopped.over',
    );
    expect(whyStopped(refused('busy'), null)).toBe('recs.stopped.unreachable');
    expect(whyStopped({ kind: 'unreachable' }, null)).toBe('recs.stopped.unreachable');
  });

  it('says of what does not open neither that it was taken back nor that its time is over', () => {
    const why = whyStopped(refused('not_found'), recording({ may_play: true }));
    expect(why).toBe('recs.stopped.shut');
    expect(t(why)).toContain('打不开');
    setLanguage('en');
    expect(t(why)).toContain('doesn’t open');
  });
});

describe('who looked', () => {
  const row = (changes: Partial<LookShown>): LookShown => ({
    seq: 1,
    at: NOW,
    actor: 'k',
    who: '',
    action: 'look.today',
    object: 'c',
    result: 'done',
    recording: null,
    watched_ms: null,
    ...changes,
  });

  it('is told latest first, once a day each', () => {
    const looks = looksOf([
      row({}),
      row({ at: NOW + 1_000 }),
      row({ at: NOW + 2_000, action: 'look.watch' }),
      row({ at: NOW + 3_000, action: 'look.new_thing', actor: null }),
    ]);
    const names = new Map([['k', '李老师']]);
    expect(looks.map((look) => lookWords(look, names))).toEqual([
      '机构的人打开了您的其他信息',
      '李老师打开了录制',
      '李老师打开了您当天在哪里',
    ]);
  });

  it('says for how long a recording was watched that day, and by whom the gateway knows', () => {
    const looks = looksOf([
      row({ action: 'look.watch', who: '王督导', actor: 'w', watched_ms: 480_000 }),
      row({ action: 'look.recording', who: '王督导', actor: 'w' }),
      row({ action: 'look.watch', who: '王督导', actor: 'w', watched_ms: 240_000, at: NOW + 1 }),
    ]);
    expect(looks.map((look) => lookWords(look, new Map()))).toEqual([
      `王督导看或听了录制：${lengthWord(720_000)}`,
    ]);
  });
});

describe('a proof in words', () => {
  const proof = (said: unknown, kind = 'consent'): Proof => ({
    id: 'p',
    kind,
    at: NOW,
    text: typeof said === 'string' ? said : JSON.stringify(said),
    signature: '',
    key: '',
  });
  const until = Date.UTC(2026, 4, 13, 12);

  it('says what for and until when, and what of', () => {
    const said = {
      purposes: ['supervision', 'teaching'],
      until: { supervision: until },
      media: ['audio', 'x'],
      floor_until: NEXT_YEAR,
    };
    expect(proofLines(proof(said), NOW).map(([key, words]) => [t(key), words])).toEqual([
      ['用于', '督导（到5月13日）和教学'],
      ['录什么', '声音'],
      ['按规定存到', '2027年2月20日'],
    ]);
  });

  it('says who could have seen and heard it, each once', () => {
    const listeners = { supervision: ['李老师', '王督导', 1], clinical_review: ['李老师'], x: 'y' };
    const lines = (said: object): string[][] =>
      proofLines(proof(said), NOW).map(([key, words]) => [t(key), words]);
    expect(lines({ listeners })).toEqual([['可以给谁听看', '李老师和王督导']]);
    expect(lines({ listeners: { supervision: [] } })).toEqual([]);
    const no = { what: 'declined', media: ['audio'], listeners };
    expect(lines(no)).toEqual([
      ['想录什么', '声音'],
      ['可以给谁听看', '李老师和王督导'],
    ]);
  });

  it('says what was destroyed', () => {
    const lines = proofLines(proof({ whole: true, keys: ['a', 'b'], files: 3 }, 'erasure'), NOW);
    expect(lines.map(([key, words]) => [t(key), words])).toEqual([
      ['删除了', '整段录制'],
      ['销毁的钥匙', '2'],
      ['删除的文件', '3'],
    ]);
  });

  it.each([
    ['agreed', 'recs.proof.agreed'],
    ['asked', 'recs.proof.asked'],
    ['declined', 'recs.proof.declined'],
    ['not_made', 'recs.proof.not_made'],
    ['toString', 'recs.proof.consent'],
  ])('says that somebody %s', (what, key) => {
    expect(proofTitle(proof({ what }))).toBe(key);
    expect(proofTitle(proof({ what }, 'erasure'))).toBe('recs.proof.erasure');
  });

  it.each([
    [{ purposes: [], media: [] }, '您收回了录制'],
    [{ purposes: ['supervision'], media: [] }, '您收回了一个用途'],
    [{ purposes: [], media: ['video'] }, '您删去了一部分'],
    [{}, '您收回了录制'],
  ])('says what was taken back: %j', (said, words) => {
    expect(t(proofTitle(proof({ what: 'withdrew', ...said })))).toBe(words);
  });

  it('puts certificates before all else, then what is latest', () => {
    const old = { ...proof({}), id: 'old' };
    const late = { ...proof({}), id: 'late', at: NOW + 2 };
    const gone = { ...proof({}, 'erasure'), id: 'gone', at: NOW + 1 };
    expect(proofsInOrder([old, late, gone]).map(({ id }) => id)).toEqual(['gone', 'late', 'old']);
  });

  it('says of which recording it is, as far as that is known', () => {
    const one = proof({ recording: 'r', session: 's', what: 'withdrew' });
    const agreed = { ...proof({ session: 's', what: 'agreed' }), at: Date.UTC(2026, 1, 12, 12) };
    const words = (known: Known): string[] => whichLine(one, known).map(([, said]) => said);
    expect(words({ recordings: [recording()], proofs: [] })[0]).toMatch(/^2月12日.*，和李老师$/);
    expect(words({ recordings: [], proofs: [one, agreed] })).toEqual(['2月12日星期四']);
    expect(words({ recordings: [], proofs: [one] })).toEqual([]);
    expect(whichLine(proof({}), { recordings: [], proofs: [agreed] })).toEqual([]);
  });

  it('may be undone as long as there is anything to undo', () => {
    const agreed = proof({ what: 'agreed', recording: 'r' });
    const may = (recordings: Known['recordings'], proofs: Known['proofs'] = []): boolean =>
      mayUndo(agreed, { recordings, proofs });
    expect(may([])).toBe(true);
    expect(may([{ ...recording(), id: 'r', may_take_back: true }])).toBe(true);
    expect(may([{ ...recording(), id: 'r', may_take_back: false }])).toBe(false);
    expect(may([], [proof({ recording: 'r', whole: true }, 'erasure')])).toBe(false);
    expect(may([], [proof({ recording: 'r', whole: false }, 'erasure')])).toBe(true);
    expect(may([], [proof({ recording: 'r', what: 'not_made' })])).toBe(false);
    expect(may([], [proof({ recording: 's', what: 'not_made' })])).toBe(true);
    const none = { recordings: [], proofs: [] };
    for (const what of ['declined', 'not_made', 'withdrew', 'x'])
      expect(mayUndo(proof({ what }), none)).toBe(false);
  });

  it('says nothing that it cannot read', () => {
    expect(proofLines(proof('not JSON'), NOW)).toEqual([]);
    expect(proofLines(proof('[1]'), NOW)).toEqual([]);
    expect(proofLines(proof({ purposes: ['other', 1] }), NOW)).toEqual([]);
  });
});
