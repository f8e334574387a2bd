import { describe, expect, it } from 'vitest';

import { Invitations } from '../../src/media/invitations';

const OFF = { isOn: () => false };
const VIDEO = { type: 'invited', by: 'k', kind: 'video' } as const;
const VOICE = { type: 'invited', by: 'k', kind: 'voice' } as const;

describe('a question', () => {
  it('stays until it is answered, the latest one', () => {
    const invitations = new Invitations(() => undefined);
    expect(invitations.open).toBe(null);
    invitations.handleInvited(VIDEO, OFF);
    invitations.handleInvited(VOICE, OFF);
    expect(invitations.open).toEqual(VOICE);
    invitations.answer();
    expect(invitations.open).toBe(null);
  });

  it('goes when what it asks for is on', () => {
    const invitations = new Invitations(() => undefined);
    const heard = { isOn: (kind: string) => kind === 'audio' };
    invitations.handleInvited(VIDEO, heard);
    expect(invitations.open).toEqual(VIDEO);
    invitations.handleInvited(VOICE, heard);
    expect(invitations.open).toBe(null);
  });

  it('of one’s own is said to be sent, or too soon', async () => {
    let changes = 0;
    const invitations = new Invitations(() => (changes += 1));
    await invitations.ask(Promise.resolve({ type: 'done' }));
    expect(invitations.asked).toBe('sent');
    await invitations.ask(Promise.resolve({ type: 'refused', code: 'rate_limited' }));
    expect(invitations.asked).toBe('too_soon');
    invitations.forget();
    expect(invitations.asked).toBe(null);
    await invitations.ask(Promise.reject(new Error('no line')));
    expect([invitations.asked, changes]).toEqual(['too_soon', 4]);
  });
});
