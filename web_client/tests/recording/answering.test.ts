import { describe, expect, it } from 'vitest';

import { Answering, mediaChoices, READ_MS } from '../../src/recording/answering';
import type { Medium, Purpose } from '../../src/protocol/wire';

const BOTH: readonly Purpose[] = ['supervision', 'clinical_review'];

describe('an answer', () => {
  it('agrees to nothing before a tap', () => {
    const answering = new Answering();
    answering.begin(['audio', 'video', 'text']);
    expect(answering.saysOf('supervision')).toBeNull();
    expect(answering.agreed(BOTH)).toEqual([]);
    expect(answering.agreedMedia).toEqual(['audio']);
  });

  it('holds what was tapped, in the order of the question', () => {
    const answering = new Answering();
    answering.begin(['audio', 'video', 'text']);
    answering.choose('clinical_review', true);
    answering.choose('supervision', true);
    answering.chooseMedia(['audio', 'video']);
    answering.chooseText(true);
    expect(answering.agreed(BOTH)).toEqual(BOTH);
    expect(answering.agreedMedia).toEqual(['audio', 'video', 'text']);
    answering.choose('supervision', false);
    expect(answering.agreed(BOTH)).toEqual(['clinical_review']);
    answering.begin(['audio']);
    expect(answering.agreed(BOTH)).toEqual([]);
  });

  it('is not taken before the words can have been read', () => {
    const answering = new Answering();
    expect(answering.isRead(1e9)).toBe(false);
    answering.show('words', 100);
    answering.show('words', 400);
    expect(answering.isRead(100 + READ_MS - 1)).toBe(false);
    expect(answering.isRead(100 + READ_MS)).toBe(true);
    answering.show('other words', 5_000);
    expect(answering.isRead(5_100)).toBe(false);
  });
});

describe('what of a person', () => {
  it.each([
    [['audio'], [['audio']]],
    [['video'], [['video']]],
    [
      ['audio', 'video'],
      [['audio'], ['audio', 'video']],
    ],
    [
      ['video', 'audio', 'text'],
      [['audio'], ['audio', 'video']],
    ],
    [['text'], [[]]],
  ] as [Medium[], Medium[][]][])('of %j is chosen from %j', (media, choices) => {
    expect(mediaChoices(media)).toEqual(choices);
  });

  it('is what is asked where nothing else is', () => {
    const answering = new Answering();
    answering.begin(['text']);
    expect(answering.agreedMedia).toEqual(['text']);
  });
});
