import { describe, expect, it } from 'vitest';

import { FEELINGS, feelingIn, PLACES } from '../../src/thread/feeling';
import type { FeelingCard } from '../../src/protocol/wire';

describe('a feeling in a line of text', () => {
  it.each(FEELINGS)('%s is the card that was sent, wherever it is felt', (feeling) => {
    for (const place of [null, ...PLACES]) {
      const card: FeelingCard = { feeling, strength: 7, place };
      expect(feelingIn(JSON.stringify(card))).toEqual(card);
    }
  });

  it('needs no more than its word, and knows nothing from not at all', () => {
    const bare = { feeling: 'numb', strength: null, place: null };
    expect(feelingIn('{"feeling":"numb"}')).toEqual(bare);
    expect(feelingIn('{"feeling":"numb","strength":0}')).toEqual({ ...bare, strength: 0 });
  });

  it.each([
    '我很紧张',
    '{}',
    '{"feeling":',
    '{"feeling":"tense"',
    '{"feeling":"bored"}',
    '{"feeling":"tense","strength":11}',
    '{"feeling":"tense","strength":-1}',
    '{"feeling":"tense","strength":6.5}',
    '{"feeling":"tense","strength":"7"}',
    '{"feeling":"tense","place":"elbow"}',
    '{"feeling":"tense","words":"<b>"}',
    ' {"feeling":"tense"}',
    '["tense"]',
  ])('is none in %s, which stays what was written', (line) => {
    expect(feelingIn(line)).toBeNull();
  });
});
