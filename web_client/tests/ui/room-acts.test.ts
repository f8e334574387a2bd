import { describe, expect, it } from 'vitest';

import type { Call } from '../../src/media/call';
import type { Invitation, ParticipantView } from '../../src/protocol/wire';
import type { Answer } from '../../src/ui/question-sheet';
import {
  factsOf,
  guide,
  keepsQuiet,
  part,
  questionOf,
  takeAnswer,
  takeMode,
} from '../../src/ui/room-acts';
import { person, text } from '../support/fakes';

function call(given: {
  on?: readonly string[];
  invited?: Invitation;
  asks?: boolean;
  mine?: Partial<ParticipantView>;
  theirs?: Partial<ParticipantView>;
  steady?: boolean;
  role?: 'client' | 'counsellor';
}) {
  const turns: [string, boolean][] = [];
  const acts: string[] = [];
  const other = person('other', { microphone: true, link: 'connected', ...given.theirs });
  const sent: unknown[] = [];
  const made = {
    own: {
      isOn: (kind: string) => (given.on ?? []).includes(kind),
      turn: (kind: string, on: boolean) => Promise.resolve(turns.push([kind, on])),
    },
    asksForPicture: given.asks === true,
    openPicture: () => acts.push('open'),
    invitations: {
      open: given.invited === undefined ? null : { by: 'other', kind: given.invited },
      answer: () => acts.push('answered'),
    },
    session: {
      room: {
        you: 'me',
        roster: [person('me', given.mine), other],
        steady: given.steady === true,
      },
      texts: { texts: [text(1), text(2, { sender: 'me' })] },
      request: (command: unknown) => {
        sent.push(command);
        return Promise.reject(new Error('no line'));
      },
    },
    others: [other],
  };
  return { call: made as unknown as Call, turns, acts, sent };
}

describe('parting', () => {
  it.each([
    ['leave', false, null, 1],
    ['end', true, null, 0],
    ['end', false, 'not-ended', 0],
  ] as const)('by %s, ended: %s, asks %s then', async (way, ended, asks, left) => {
    let gone = 0;
    const made = { leave: () => gone++, end: () => Promise.resolve(ended) };
    expect(await part(made as unknown as Call, way)).toBe(asks);
    expect(gone).toBe(left);
  });
});

describe('an answer', () => {
  it.each<[Invitation, Answer, [string, boolean][]]>([
    ['video', 'open', [['video', true]]],
    ['video', 'voice_only', [['audio', true]]],
    ['video', 'no', []],
    ['voice', 'open', [['audio', true]]],
    ['voice', 'no', []],
  ])('to "%s" that is "%s" switches on what was tapped', (invited, answer, expected) => {
    const { call: made, turns, acts } = call({ invited });
    expect(questionOf(made)).toBe(invited);
    expect(turns).toEqual([]);
    takeAnswer(made, answer);
    expect([turns, acts]).toEqual([expected, ['answered']]);
  });

  it('brings the picture back, or switches the camera off', () => {
    const open = call({ asks: true, invited: 'voice' });
    expect(questionOf(open.call)).toBe('picture');
    takeAnswer(open.call, 'open');
    expect([open.turns, open.acts]).toEqual([[], ['open']]);
    const no = call({ asks: true });
    takeAnswer(no.call, 'no');
    expect([no.turns, no.acts]).toEqual([[['video', false]], []]);
  });

  it('to nothing does nothing', () => {
    const { call: made, turns } = call({});
    expect(questionOf(made)).toBe(null);
    takeAnswer(made, 'open');
    expect(turns).toEqual([]);
  });
});

describe('a way of taking part', () => {
  it.each([
    [[], 'voice', [['audio', true]]],
    [['audio'], 'voice', []],
    [['audio', 'video'], 'voice', [['video', false]]],
    [
      ['audio', 'video'],
      'text',
      [
        ['video', false],
        ['audio', false],
      ],
    ],
    [
      [],
      'video',
      [
        ['video', true],
        ['audio', true],
      ],
    ],
  ] as const)('from %j to "%s" switches what is needed', (on, mode, expected) => {
    const { call: made, turns } = call({ on });
    takeMode(made, mode);
    expect(turns).toEqual(expected);
  });
});

it('knows both rungs, whether there are pictures, and what the others wrote', () => {
  const { call: made } = call({
    mine: { rung: 'slow', cue: 'detail' },
    theirs: { rung: 'voice', role: 'counsellor', name: 'Li' },
    on: ['video'],
    steady: true,
  });
  expect(factsOf(made, 'client', 'other')).toEqual({
    rungs: { own: 'slow', peer: 'voice' },
    pictures: true,
    person: 'client',
    camera: true,
    cue: 'detail',
    counsellor: 'Li',
    steady: true,
    quiet: true,
    texts: 1,
  });
  expect(factsOf(call({}).call, 'client', undefined)).toMatchObject({
    rungs: { own: 'clear', peer: null },
    pictures: false,
    steady: false,
  });
});

it('tells the room what the counsellor wishes, and bears that nobody hears it', async () => {
  const { call: made, sent } = call({});
  const wish = { type: 'hold_steady', steady: true } as const;
  guide(made, wish);
  await Promise.resolve();
  expect(sent).toEqual([wish]);
});

describe('texts are kept quiet', () => {
  it('in a moment that is kept steady', () => {
    expect(keepsQuiet(call({ steady: true }).call)).toBe(true);
    expect(keepsQuiet(call({ steady: true, theirs: { presence: 'gone' } }).call)).toBe(true);
    expect(keepsQuiet(call({ steady: false }).call)).toBe(false);
  });

  it.each<Partial<ParticipantView>>([
    { microphone: false },
    { rung: 'text' },
    { link: 'disconnected' },
    { presence: 'away' },
    { device_paused: 'microphone' },
    { device_paused: 'both' },
  ])('but not of somebody who has no voice now: %j', (theirs) => {
    expect(keepsQuiet(call({ steady: true, theirs }).call)).toBe(false);
  });

  it('nor where one hears nobody', () => {
    expect(keepsQuiet(call({ steady: true, mine: { rung: 'text' } }).call)).toBe(false);
  });
});
