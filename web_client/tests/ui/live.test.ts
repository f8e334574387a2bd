import { describe, expect, it } from 'vitest';

import {
  type CallRow,
  faultKey,
  hearingKey,
  isStale,
  joinShare,
  type Live,
  readLive,
  sentenceKey,
} from '../../src/ui/live';

const ANSWER = {
  people: { present: 5, away: 0, reporting: 4 },
  sessions: { clear: 1, saving: 0, slow: 1, voice: 0, text: 0 },
  hearing: { well: 2, badly: 1, unknown: 1 },
  worst: [
    {
      call: 'k3fq',
      people: 2,
      mos: 2.9,
      loss: 0.08,
      rtt_ms: 320,
      rung: 'slow',
      fault: 'client',
      partial: true,
    },
  ],
  joins: {
    window_s: 900,
    joined: { none: 9 },
    refused: { token_expired: 1, surprising: 2 },
    failed: { ice_failed: 1 },
  },
  reconnects: { window_s: 900, network: 2, device: 0, page_hidden: 1, server: 0 },
};

function read(changes: object = {}): Live {
  const live = readLive({ ...ANSWER, ...changes });
  if (live === null) throw new Error('no answer');
  return live;
}

function row(changes: Partial<CallRow>): CallRow {
  const [first] = read().worst;
  if (first === undefined) throw new Error('no row');
  return { ...first, ...changes };
}

describe('what the gateway tells its operator', () => {
  it('is read whole', () => {
    const live = read();
    expect(live.sessions.map(({ value }) => value)).toEqual([1, 0, 1, 0, 0]);
    expect(live.silent).toBe(1);
    expect(live.worst).toEqual([
      {
        call: 'k3fq',
        mos: 2.9,
        loss: 0.08,
        rttMs: 320,
        rung: 'slow',
        fault: 'client',
        partial: true,
      },
    ]);
    expect(live.failed).toEqual([{ label: 'operator.failure.ice_failed', value: 1 }]);
    expect(live.refused).toEqual([
      { label: 'operator.refusal.token_expired', value: 1 },
      { label: 'operator.refusal.other', value: 2 },
    ]);
    expect(live.reconnects.map(({ value }) => value)).toEqual([2, 1, 0, 0]);
  });

  it.each([null, 'x', 3, [], {}, { sessions: 7 }])('is no answer: %o', (answer) => {
    expect(readLive(answer)).toBeNull();
  });

  it('may be odd in parts, which then count as nothing', () => {
    const odd = read({
      people: null,
      hearing: { well: 'many', badly: Number.NaN, unknown: -1 },
      worst: [null, 7, { call: 'abcd', rung: 'floating' }, { call: 'efgh', rung: 'text' }],
      joins: 'none',
      reconnects: [],
    });
    expect(odd.hearing).toEqual({ well: 0, badly: 0, unknown: 0 });
    expect(odd.worst.map(({ call, mos, fault }) => [call, mos, fault])).toEqual([
      ['efgh', null, null],
    ]);
    expect(joinShare(odd)).toBeNull();
  });
});

it('counts those who tried, and no wrong link', () => {
  expect(joinShare(read())).toBe(0.9);
});

it('has a word for each degree of hearing', () => {
  expect([null, 2, 3.39, 3.4, 3.9, 4.4].map(hearingKey)).toEqual([
    'operator.hearing.unknown',
    'operator.hearing.badly',
    'operator.hearing.badly',
    'operator.hearing.fair',
    'operator.hearing.fair',
    'operator.hearing.well',
  ]);
});

it('says whose line it is, that all is well, or that it cannot tell', () => {
  expect(faultKey(row({}))).toBe('operator.fault.client');
  expect(faultKey(row({ fault: null }))).toBe('operator.fault.unclear');
  expect(faultKey(row({ fault: null, mos: 4.1, rung: 'saving' }))).toBe('operator.fault.none');
  expect(faultKey(row({ fault: null, mos: null, rung: 'clear' }))).toBe('operator.fault.unclear');
  expect(faultKey(row({ fault: null, mos: 4.1, rung: 'voice' }))).toBe('operator.fault.unclear');
});

it('puts one sentence above all figures', () => {
  const hearing = { well: 0, badly: 0, unknown: 0 };
  expect(sentenceKey(read())).toBe('operator.now.badly');
  expect(sentenceKey(read({ hearing: { ...hearing, well: 2 } }))).toBe('operator.now.well');
  expect(sentenceKey(read({ hearing }))).toBe('operator.now.unknown');
  expect(sentenceKey(read({ sessions: {} }))).toBe('operator.now.empty');
});

it('is stale after thirty seconds', () => {
  expect([isStale(null, 60_000), isStale(0, 30_000), isStale(0, 30_001)]).toEqual([
    false,
    false,
    true,
  ]);
});
