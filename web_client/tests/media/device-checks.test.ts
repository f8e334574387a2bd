import { expect, it } from 'vitest';

import { deviceChecks } from '../../src/media/device-checks';
import type { Trouble } from '../../src/media/device-errors';
import type { Kind } from '../../src/media/peer';

function own(on: readonly Kind[], trouble: Trouble | null = null) {
  return {
    isOn: (kind: Kind) => on.includes(kind),
    trouble: trouble === null ? null : { kind: 'audio' as const, trouble },
  };
}

const BOTH = { audio: true, video: true };

it.each([
  [BOTH, own(['audio', 'video']), { microphone: 'ok', camera: 'ok' }],
  [BOTH, own(['audio'], 'no_camera'), { microphone: 'ok', camera: 'no_device' }],
  [BOTH, own([], 'denied'), { microphone: 'permission_denied', camera: 'permission_denied' }],
  [{ audio: true, video: false }, own([], 'policy'), { microphone: 'policy_blocked' }],
  [{ audio: true, video: false }, own([], 'microphone_in_use'), { microphone: 'in_use' }],
  [{ audio: true, video: false }, own([], 'in_app'), { microphone: 'unsupported' }],
  [{ audio: false, video: false }, own([]), {}],
  [BOTH, own([]), {}],
])('of %o says what came of it', (asked, given, checks) => {
  expect(deviceChecks(asked, given)).toEqual(checks);
});
