import { describe, expect, it } from 'vitest';

import { Announcements } from '../../src/ui/announcements';

function words(announcements: Announcements, now: number): string | null {
  return announcements.take(now)?.words ?? null;
}

describe('what is said aloud', () => {
  it('comes at most once in five seconds', () => {
    const all = new Announcements();
    all.put('status', 'one');
    all.put('notice', 'two');
    expect(words(all, 0)).toBe('one');
    expect(all.nextDeadline()).toBe(5_000);
    expect(words(all, 4_999)).toBe(null);
    expect(words(all, 5_000)).toBe('two');
    expect(all.nextDeadline()).toBe(null);
  });

  it('is never what became untrue meanwhile', () => {
    const all = new Announcements();
    all.put('status', 'one');
    words(all, 0);
    all.put('status', 'two');
    all.put('status', 'three');
    expect(words(all, 5_000)).toBe('three');
    all.put('status', 'four');
    all.put('status', '');
    expect(words(all, 10_000)).toBe(null);
  });

  it('is not the same twice in a row, however often it is put', () => {
    const all = new Announcements();
    for (let turn = 0; turn < 5; turn++) all.put('status', 'one');
    expect(words(all, 0)).toBe('one');
    all.put('status', 'two');
    all.put('status', 'one');
    expect(words(all, 9_000)).toBe(null);
    all.put('status', '');
    all.put('status', 'one');
    expect(words(all, 9_000)).toBe('one');
  });

  it('has urgent words first, yet never without the pause', () => {
    const all = new Announcements();
    all.put('notice', 'plain');
    expect(words(all, 0)).toBe('plain');
    all.put('hint', 'hint');
    all.put('status', 'urgent', true);
    expect(words(all, 1_000)).toBe(null);
    expect(all.take(5_000)).toEqual({ words: 'urgent', urgent: true });
    expect(all.take(10_000)).toEqual({ words: 'hint', urgent: false });
  });
});
