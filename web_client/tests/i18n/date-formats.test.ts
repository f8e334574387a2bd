import { afterEach, describe, expect, it, vi } from 'vitest';

import { dateFormat } from '../../src/i18n/date-formats';

describe('the way moments are written', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('is made once for a language, a style and a zone', () => {
    const first = dateFormat('en', 'time');
    expect(dateFormat('en', 'time')).toBe(first);
    expect(dateFormat('zh-CN', 'time')).not.toBe(first);
    expect(dateFormat('en', 'day')).not.toBe(first);
    expect(dateFormat('en', 'time', 'Asia/Shanghai')).not.toBe(first);
  });

  it('is made anew for who has travelled', () => {
    const before = dateFormat('en', 'moment');
    const offset = new Date().getTimezoneOffset() + 60;
    vi.spyOn(Date.prototype, 'getTimezoneOffset').mockReturnValue(offset);
    expect(dateFormat('en', 'moment')).not.toBe(before);
  });

  it('fails for a zone this browser does not know', () => {
    expect(() => dateFormat('en', 'time', 'Nowhere/Atall')).toThrow(RangeError);
  });
});
