/** What came of asking for devices on the way in, in the gateway's words. Pure. */

import type { Trouble } from './device-errors';
import type { Kind } from './peer';
import type { DeviceCheck, ReportJoin } from '../protocol/wire';

const CHECKS: Readonly<Record<Trouble, DeviceCheck>> = {
  dismissed: 'permission_denied',
  denied: 'permission_denied',
  policy: 'policy_blocked',
  no_camera: 'no_device',
  no_microphone: 'no_device',
  camera_in_use: 'in_use',
  microphone_in_use: 'in_use',
  insecure: 'unsupported',
  in_app: 'unsupported',
  unsupported: 'unsupported',
};

const DEVICES = { audio: 'microphone', video: 'camera' } as const;

interface Own {
  readonly trouble: { readonly kind: Kind; readonly trouble: Trouble } | null;
  isOn(kind: Kind): boolean;
}

/** Of those the person asked for. Where both failed one trouble is known, and stands for both. */
export function deviceChecks(
  asked: Readonly<Record<Kind, boolean>>,
  own: Own,
): NonNullable<ReportJoin['devices']> {
  const kinds = (['audio', 'video'] as const).filter((kind) => asked[kind]);
  return Object.fromEntries(
    kinds.flatMap((kind) => {
      if (own.isOn(kind)) return [[DEVICES[kind], 'ok' satisfies DeviceCheck]];
      return own.trouble === null ? [] : [[DEVICES[kind], CHECKS[own.trouble.trouble]]];
    }),
  );
}
