import { describe, expect, it } from 'vitest';

import { troubleWords } from '../support/words';
import {
  browserFamily,
  isInApp,
  mapDeviceError,
  mapSurroundings,
  NEXT_STEP,
  type Surroundings,
  type Trouble,
} from '../../src/media/device-errors';

const HOME: Surroundings = {
  embedded: false,
  policyAllows: null,
  permission: 'prompt',
  elapsedMs: 2_000,
};

describe('getUserMedia errors', () => {
  it.each<[string, 'audio' | 'video', Partial<Surroundings>, Trouble | 'loosen']>([
    ['NotAllowedError', 'audio', {}, 'dismissed'],
    ['NotAllowedError', 'audio', { permission: null }, 'dismissed'],
    ['NotAllowedError', 'video', { permission: 'denied' }, 'denied'],
    ['NotAllowedError', 'audio', { embedded: true, policyAllows: false }, 'policy'],
    ['NotAllowedError', 'audio', { embedded: true, policyAllows: true }, 'dismissed'],
    ['NotAllowedError', 'audio', { embedded: true, elapsedMs: 5 }, 'policy'],
    ['NotAllowedError', 'audio', { embedded: true, permission: 'denied' }, 'denied'],
    ['NotAllowedError', 'audio', { elapsedMs: 5 }, 'dismissed'],
    ['NotFoundError', 'video', {}, 'no_camera'],
    ['NotFoundError', 'audio', {}, 'no_microphone'],
    ['NotReadableError', 'video', {}, 'camera_in_use'],
    ['NotReadableError', 'audio', {}, 'microphone_in_use'],
    ['AbortError', 'video', {}, 'camera_in_use'],
    ['OverconstrainedError', 'video', {}, 'loosen'],
    ['SecurityError', 'audio', {}, 'insecure'],
    ['TypeError', 'audio', {}, 'unsupported'],
    ['', 'video', {}, 'unsupported'],
  ])('%s for %s where %o is %s', (name, kind, where, trouble) => {
    expect(mapDeviceError(name, kind, { ...HOME, ...where })).toBe(trouble);
  });
});

describe('where the page runs', () => {
  const wechat = 'Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Mobile MicroMessenger/8.0';
  it.each([
    [true, true, '', null],
    [true, false, wechat, 'in_app'],
    [false, false, wechat, 'in_app'],
    [false, false, 'Chrome/130', 'insecure'],
    [true, false, 'Chrome/130', 'unsupported'],
  ])('secure %s, devices %s, %s: %s', (secure, mediaDevices, userAgent, trouble) => {
    expect(mapSurroundings({ secure, mediaDevices, userAgent })).toBe(trouble);
  });

  it('tells a browser inside an app from a browser', () => {
    expect(isInApp(wechat)).toBe(true);
    expect(isInApp('Mozilla/5.0 (X11; Linux x86_64) Chrome/130.0 Safari/537.36')).toBe(false);
  });

  it.each([
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 18) AppleWebKit/605 Version/18 Safari/604', 'safari_ios'],
    ['Mozilla/5.0 (Macintosh) AppleWebKit/605 Version/18 Safari/605', 'safari'],
    ['Mozilla/5.0 (X11; Linux) Chrome/130 Safari/537', 'chrome'],
    ['Mozilla/5.0 (X11; Linux; rv:140) Gecko/20100101 Firefox/140', 'firefox'],
    ['something', 'other'],
  ])('%s shows the pictures of %s', (userAgent, family) => {
    expect(browserFamily(userAgent)).toBe(family);
  });
});

describe('every trouble', () => {
  const troubles = Object.keys(NEXT_STEP) as Trouble[];

  it.each(troubles)('%s has one sentence and one step in both languages', (trouble) => {
    for (const kind of ['audio', 'video'] as const) {
      for (const words of troubleWords(trouble, kind)) expect(words).not.toBe('');
    }
  });
});
