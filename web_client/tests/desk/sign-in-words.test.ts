import { describe, expect, it } from 'vitest';

import {
  clinicIn,
  digitsOf,
  incompleteIn,
  invitedTrouble,
  passwordTrouble,
  signInTrouble,
  unlockTrouble,
} from '../../src/desk/sign-in-words';
import type { Answer } from '../../src/protocol/rest';
import type { Code } from '../../src/protocol/wire';

const CLINIC = '018f4c1e-7a3b-7c2d-9e10-0123456789ab';
const GIVEN = { clinic: CLINIC, email: 'li@example.org', password: 'x', code: '123456' };
const DONE: Answer<null> = { kind: 'done', said: null };

function refused(code: Code): Answer<never> {
  return { kind: 'refused', code };
}

describe('what is read', () => {
  it('is the clinic of an address, where it is one', () => {
    expect(clinicIn(`#clinic=${CLINIC}`)).toBe(CLINIC);
    expect(clinicIn('#clinic=<b>')).toBe('');
    expect(clinicIn('')).toBe('');
  });

  it('is digits, however they are written', () => {
    expect(digitsOf(' 123 456 ')).toBe('123456');
    expect(digitsOf('１２３４５６')).toBe('123456');
  });

  it('is sent when it is complete', () => {
    expect(incompleteIn(GIVEN)).toBe(null);
    expect(incompleteIn({ ...GIVEN, clinic: 'ours' })).toBe('desk.sign_in.clinic.form');
    expect(incompleteIn({ ...GIVEN, code: '12345' })).toBe('desk.sign_in.code.form');
  });
});

describe('what is said', () => {
  it('of a sign-in is no more than that it did not work', () => {
    expect(signInTrouble(DONE)).toBe(null);
    for (const code of ['sign_in_refused', 'malformed', 'not_found'] as const) {
      expect(signInTrouble(refused(code))).toBe('desk.sign_in.refused');
    }
    expect(signInTrouble(refused('rate_limited'))).toBe('desk.busy');
    expect(signInTrouble({ kind: 'unreachable' })).toBe('desk.unreachable');
  });

  it('of an unlocking is about the password; who is signed out is told by the gate', () => {
    expect(unlockTrouble(refused('sign_in_refused'))).toBe('desk.lock.refused');
    expect(unlockTrouble(refused('signed_out'))).toBe(null);
    expect(unlockTrouble(DONE)).toBe(null);
  });

  it('of a new password is what to do', () => {
    expect(passwordTrouble('short', 'short')).toBe('desk.invited.short');
    expect(passwordTrouble('静'.repeat(11), '静'.repeat(11))).toBe('desk.invited.short');
    expect(passwordTrouble('a'.repeat(257), 'a'.repeat(257))).toBe('desk.invited.long');
    expect(passwordTrouble('twelve signs', 'twelve sighs')).toBe('desk.invited.differ');
    expect(passwordTrouble('twelve signs', 'twelve signs')).toBe(null);
  });

  it('counts a character outside the basic plane as one', () => {
    expect(passwordTrouble('🌿'.repeat(6), '🌿'.repeat(6))).toBe('desk.invited.short');
    expect(passwordTrouble('🌿'.repeat(12), '🌿'.repeat(12))).toBe(null);
  });

  it('of an invitation is kind', () => {
    expect(invitedTrouble(refused('password_weak'))).toBe('desk.invited.weak');
    expect(invitedTrouble(refused('invitation_invalid'))).toBe('desk.invited.invalid');
    expect(invitedTrouble(refused('busy'))).toBe('desk.busy');
    expect(invitedTrouble(DONE)).toBe(null);
  });
});
