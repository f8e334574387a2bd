import { describe, expect, it } from 'vitest';

import { en } from '../../src/i18n/en';
import type { Rung } from '../../src/protocol/wire';
import { RungWords } from '../../src/ui/rung-words';

const RUNGS: readonly Rung[] = ['clear', 'saving', 'slow', 'voice', 'text'];

/** What is shown right after each change of one side, the other side being well. */
function walk(side: 'own' | 'peer', rungs: readonly Rung[], pictures = true): (string | null)[] {
  const words = new RungWords();
  words.handle({ own: 'clear', peer: 'clear' }, pictures, 0);
  return rungs.map((rung, place) => {
    const now = 60_000 * (place + 1);
    words.handle({ own: 'clear', peer: 'clear', [side]: rung }, pictures, now);
    return words.at(now)?.key ?? null;
  });
}

describe('a change of rung', () => {
  it.each(['own', 'peer'] as const)('has its own words on the side "%s"', (side) => {
    const down = walk(side, ['saving', 'slow', 'voice', 'text']);
    expect(down).toEqual(['saving', 'slow', 'voice', 'text'].map((rung) => `rung.${side}.${rung}`));
    const up = walk(side, ['text', 'voice', 'slow', 'saving', 'clear']).slice(1);
    expect(up).toEqual(
      ['voice', 'slow', 'saving', 'clear'].map((rung) => `rung.${side}.up.${rung}`),
    );
  });

  it('has words between any two rungs', () => {
    for (const from of RUNGS) {
      for (const to of RUNGS.filter((rung) => rung !== from)) {
        const key = walk('own', [from, to])[1];
        expect(key === undefined || key === null ? '' : key in en).toBe(true);
      }
    }
  });

  it('says nothing of pictures where none is on', () => {
    const rungs = ['saving', 'voice', 'text', 'saving', 'clear'] as const;
    expect(walk('own', rungs, false)).toEqual([
      null,
      null,
      'rung.own.text',
      'rung.own.up.voice',
      null,
    ]);
  });
});

describe('the line', () => {
  function line(words: RungWords, now: number): [string, boolean] | null {
    const found = words.at(now);
    return found === null ? null : [found.key, found.said];
  }

  it('is empty while all is well', () => {
    const words = new RungWords();
    words.handle({ own: 'clear', peer: null }, true, 0);
    expect(line(words, 0)).toBe(null);
  });

  it('is said once, and stays to be read where the rung matters', () => {
    const words = new RungWords();
    words.handle({ own: 'clear', peer: 'clear' }, true, 0);
    words.handle({ own: 'voice', peer: 'clear' }, true, 1_000);
    expect(line(words, 10_999)).toEqual(['rung.own.voice', false]);
    expect(line(words, 11_000)).toEqual(['rung.own.voice', true]);
    words.handle({ own: 'slow', peer: 'clear' }, true, 30_000);
    expect(line(words, 30_000)).toEqual(['rung.own.up.slow', false]);
    expect(line(words, 40_000)).toEqual(['rung.own.slow', true]);
    words.handle({ own: 'saving', peer: 'clear' }, true, 60_000);
    expect(line(words, 70_000)).toBe(null);
  });

  it('has the latest news first, then one’s own rung', () => {
    const words = new RungWords();
    words.handle({ own: 'slow', peer: 'clear' }, true, 0);
    words.handle({ own: 'slow', peer: 'voice' }, true, 1_000);
    expect(line(words, 1_000)).toEqual(['rung.peer.voice', false]);
    expect(line(words, 20_000)).toEqual(['rung.own.slow', true]);
  });

  it('says one’s own first where both change at once', () => {
    const words = new RungWords();
    words.handle({ own: 'clear', peer: 'clear' }, true, 0);
    words.handle({ own: 'slow', peer: 'slow' }, true, 5);
    expect(line(words, 5)).toEqual(['rung.own.slow', false]);
  });

  it('greets whoever comes on a narrow line with it, and forgets who has gone', () => {
    const words = new RungWords();
    words.handle({ own: 'clear', peer: 'voice' }, true, 0);
    expect(line(words, 0)).toEqual(['rung.peer.voice', false]);
    words.handle({ own: 'clear', peer: null }, true, 1);
    expect(line(words, 1)).toBe(null);
  });
});
