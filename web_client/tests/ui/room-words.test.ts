import { describe, expect, it } from 'vitest';

import { type Facts, RoomWords } from '../../src/ui/room-words';

const WELL: Facts = {
  rungs: { own: 'clear', peer: 'clear' },
  pictures: true,
  person: 'client',
  camera: true,
  cue: 'balanced',
  counsellor: 'Li',
  steady: false,
  quiet: false,
  texts: 0,
};

/** Each step: what has become true, at which second, and the line then. */
function walk(...steps: readonly (readonly [number, Partial<Facts>])[]) {
  const words = new RoomWords();
  return steps.map(([second, change]) => {
    words.handle({ ...WELL, ...change }, second * 1_000);
    const line = words.at(second * 1_000);
    return line === null ? null : [line.key, line.said];
  });
}

describe('what the picture should show best', () => {
  it('is said once, and soon put away', () => {
    const detail = { cue: 'detail' } as const;
    expect(walk([0, {}], [1, detail], [10, detail], [11, detail], [20, {}], [31, {}])).toEqual([
      null,
      ['cue.told.detail', false],
      ['cue.told.detail', false],
      null,
      ['cue.told.balanced', false],
      null,
    ]);
  });

  it('names the counsellor', () => {
    const words = new RoomWords();
    words.handle({ ...WELL, cue: 'motion' }, 0);
    expect(words.at(0)).toMatchObject({ key: 'cue.told.motion', blanks: { name: 'Li' } });
  });

  it('is said when there is a picture of it', () => {
    const dark = { cue: 'motion', camera: false } as const;
    const held = { cue: 'motion', steady: true } as const;
    expect(walk([0, dark], [30, { cue: 'motion' }])).toEqual([null, ['cue.told.motion', false]]);
    expect(walk([0, held], [30, { cue: 'motion' }], [45, { cue: 'motion' }])).toEqual([
      ['steady.client', false],
      ['steady.over', false],
      null,
    ]);
  });

  it('goes before what the line does to pictures, not before the loss of sound', () => {
    const [saving, text] = (['saving', 'text'] as const).map((own) => ({
      cue: 'detail' as const,
      rungs: { own, peer: 'clear' as const },
    }));
    expect(walk([0, { cue: 'detail' }], [1, saving ?? {}], [2, text ?? {}])).toEqual([
      ['cue.told.detail', false],
      ['cue.told.detail', false],
      ['rung.own.text', false],
    ]);
  });

  it('goes before what only stays to be read', () => {
    const slow = { own: 'slow', peer: 'clear' } as const;
    expect(
      walk([0, { rungs: slow }], [20, { rungs: slow }], [21, { rungs: slow, cue: 'detail' }]),
    ).toEqual([
      ['rung.own.slow', false],
      ['rung.own.slow', true],
      ['cue.told.detail', false],
    ]);
  });
});

describe('a moment that is kept steady', () => {
  const held = { steady: true } as const;

  it('is said once, stays to be read, and ends with a word', () => {
    expect(walk([0, {}], [1, held], [11, held], [300, held], [301, {}], [311, {}])).toEqual([
      null,
      ['steady.client', false],
      ['steady.client', true],
      ['steady.client', true],
      ['steady.over', false],
      null,
    ]);
  });

  it('is said to who comes back to it', () => {
    expect(walk([0, held])).toEqual([['steady.client', false]]);
  });

  it('has words for each side, and of pictures only where there are some', () => {
    const told = (change: Partial<Facts>) => walk([0, { ...held, ...change }])[0]?.[0];
    expect(told({ person: 'counsellor' })).toBe('steady.counsellor');
    expect(told({ person: 'counsellor', pictures: false })).toBe('steady.counsellor.voice');
    expect(told({ pictures: false })).toBe('steady.client.voice');
  });

  it('leaves the first place to the loss of sound alone', () => {
    const voice = { own: 'voice', peer: 'clear' } as const;
    const text = { own: 'text', peer: 'clear' } as const;
    expect(
      walk(
        [0, held],
        [20, { ...held, rungs: voice }],
        [40, { ...held, rungs: text }],
        [80, { ...held, rungs: text }],
      ),
    ).toEqual([
      ['steady.client', false],
      ['steady.client', true],
      ['rung.own.text', false],
      ['rung.own.text', true],
    ]);
  });

  it('tells how many texts it kept quiet', () => {
    const words = new RoomWords();
    const at = (second: number, change: Partial<Facts>): void =>
      words.handle({ ...WELL, ...change }, second * 1_000);
    at(0, { texts: 4 });
    at(1, { ...held, quiet: true, texts: 4 });
    at(2, { ...held, quiet: true, texts: 5 });
    at(3, { ...held, quiet: false, texts: 6 });
    at(4, { ...held, quiet: false, texts: 7 });
    at(5, { ...held, quiet: true, texts: 7 });
    at(6, { texts: 8 });
    expect(words.at(6_000)).toMatchObject({ key: 'steady.over.texts', blanks: { count: 3 } });
    at(60, { ...held, quiet: true, texts: 8 });
    at(61, { texts: 8 });
    expect(words.at(61_000)?.key).toBe('steady.over');
  });
});
