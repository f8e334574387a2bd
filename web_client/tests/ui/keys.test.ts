import { describe, expect, it } from 'vitest';

import { keyAction, type Press } from '../../src/ui/keys';

const PLAIN = { ctrlKey: false, altKey: false, metaKey: false, repeat: false, isComposing: false };

function pressed(key: string, change: Partial<Press> = {}, writing = false): string | null {
  return keyAction({ ...PLAIN, key, ...change }, writing);
}

describe('single keys', () => {
  it.each([
    ['m', 'microphone'],
    ['M', 'microphone'],
    ['v', 'camera'],
    ['t', 'text'],
    ['h', 'help'],
    ['?', 'help'],
    ['x', null],
    ['Escape', null],
    ['constructor', null],
  ])('%s is %s', (key, action) => {
    expect(pressed(key)).toBe(action);
  });

  it('are letters while someone writes', () => {
    expect(pressed('m', {}, true)).toBe(null);
    expect(pressed('m', { isComposing: true })).toBe(null);
  });

  it('leave the browser its own', () => {
    for (const change of [
      { ctrlKey: true },
      { altKey: true },
      { metaKey: true },
      { repeat: true },
    ]) {
      expect(pressed('t', change)).toBe(null);
    }
  });
});
