import { describe, expect, it } from 'vitest';

import type { Call } from '../../src/media/call';
import type { Invitation, Rung } from '../../src/protocol/wire';
import type { Answer } from '../../src/ui/question-sheet';
import { questionOf, rungsOf, takeAnswer, takeMode } from '../../src/ui/room-acts';
import { person } from '../support/fakes';

function call(given: {
  on?: readonly string[];
  invited?: Invitation;
  asks?: boolean;
  rungs?: readonly [Rung, Rung];
}) {
  const turns: [string, boolean][] = [];
  const acts: string[] = [];
  const [mine, theirs] = given.rungs ?? ['clear', 'clear'];
  const other = person('other', { rung: theirs });
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
    session: { room: { you: 'me', roster: [person('me', { rung: mine }), other] } },
    others: [other],
  };
  return { call: made as unknown as Call, turns, acts };
}

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

it('knows both rungs, and whether there are pictures', () => {
  const { call: made } = call({ rungs: ['slow', 'voice'], on: ['video'] });
  expect(rungsOf(made, 'other')).toEqual([{ own: 'slow', peer: 'voice' }, true]);
  expect(rungsOf(call({}).call, undefined)).toEqual([{ own: 'clear', peer: null }, false]);
});
