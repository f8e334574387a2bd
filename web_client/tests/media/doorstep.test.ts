import { describe, expect, it } from 'vitest';

import { Doorstep } from '../../src/media/doorstep';
import { person, text, welcome } from '../support/fakes';

describe('the doorstep', () => {
  it('lets a welcome through at once where nobody waits', () => {
    const given = welcome();
    expect(new Doorstep().handle(given, false)).toBe(given);
  });

  it('keeps it until its person has been let in, and gives it once', () => {
    const doorstep = new Doorstep();
    const given = welcome();
    expect(doorstep.handle(given, true)).toBeNull();
    expect(doorstep.handle(text(1), true)).toBeNull();
    const changed = { type: 'participant_changed', participant: person('me') } as const;
    expect(doorstep.handle(changed, false)).toBe(given);
    expect(doorstep.handle(changed, false)).toBeNull();
  });

  it('gives the newest of several, for the line may have been lost at the door', () => {
    const doorstep = new Doorstep();
    const newer = welcome({ resumed: true });
    doorstep.handle(welcome(), true);
    doorstep.handle(newer, true);
    expect(doorstep.handle(text(1), false)).toBe(newer);
  });
});
