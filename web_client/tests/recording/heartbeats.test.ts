import { describe, expect, it } from 'vitest';

import { digestOf } from '../../src/recording/digest';
import { BEAT_MS, Heartbeats } from '../../src/recording/heartbeats';

const ON = { stage: 'recording', request: 'r' } as const;

describe('what the page displays', () => {
  it('is said at once, and every two seconds', () => {
    const beats = new Heartbeats();
    expect(beats.handle(ON, 100)).toEqual({ type: 'show_recording', ...ON });
    expect(beats.nextDeadline()).toBe(100 + BEAT_MS);
    expect(beats.handle(ON, 100 + BEAT_MS - 1)).toBeNull();
    expect(beats.handle(ON, 100 + BEAT_MS)).not.toBeNull();
  });

  it.each([
    { stage: 'hold', request: 'r' },
    { stage: 'recording', request: 's' },
  ] as const)('is said at each change: %j', (next) => {
    const beats = new Heartbeats();
    beats.handle(ON, 0);
    expect(beats.handle(next, 1)).toEqual({ type: 'show_recording', ...next });
  });

  it.each(['off', 'requested', 'finalising'] as const)('is not said of %s', (stage) => {
    const beats = new Heartbeats();
    expect(beats.handle({ stage, request: 'r' }, 0)).toBeNull();
    expect(beats.nextDeadline()).toBeNull();
  });

  it('is not said when nobody can see it, and at once when they can again', () => {
    const beats = new Heartbeats();
    beats.handle(ON, 0);
    expect(beats.handle(null, 10)).toBeNull();
    expect(beats.nextDeadline()).toBeNull();
    expect(beats.handle(ON, 20)).not.toBeNull();
  });

  it('is said again at once when it did not get there', () => {
    const beats = new Heartbeats();
    beats.handle(ON, 0);
    beats.forget();
    expect(beats.handle(ON, 1)).not.toBeNull();
  });
});

describe('the digest of words', () => {
  it('is SHA-256 of their UTF-8', async () => {
    expect(await digestOf('abc')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
    expect(await digestOf('不录')).toHaveLength(64);
    expect(await digestOf('不录')).not.toBe(await digestOf('不录。'));
  });
});
