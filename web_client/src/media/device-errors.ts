/** What went wrong with a device, in the words of product.md C3: one trouble, one next step. */

import type { Kind } from './peer';

export type Trouble =
  | 'dismissed'
  | 'denied'
  | 'policy'
  | 'no_camera'
  | 'no_microphone'
  | 'camera_in_use'
  | 'microphone_in_use'
  | 'insecure'
  | 'in_app'
  | 'unsupported';

export type Step =
  'again' | 'show_how' | 'new_window' | 'voice_only' | 'text_only' | 'contact' | 'copy_link';

/** The one thing to do about each. */
export const NEXT_STEP: Readonly<Record<Trouble, Step>> = {
  dismissed: 'again',
  denied: 'show_how',
  policy: 'new_window',
  no_camera: 'voice_only',
  no_microphone: 'text_only',
  camera_in_use: 'again',
  microphone_in_use: 'again',
  insecure: 'contact',
  in_app: 'copy_link',
  unsupported: 'copy_link',
};

type Named = 'dismissed' | 'policy';
export type TroubleKey = `device.${Named}.${Kind}` | `device.${Exclude<Trouble, Named>}`;

/** The key of the sentence; two of them name the device. */
export function troubleKey(trouble: Trouble, kind: Kind): TroubleKey {
  return trouble === 'dismissed' || trouble === 'policy'
    ? `device.${trouble}.${kind}`
    : `device.${trouble}`;
}

/** What the page knows about where it runs, besides the error itself. */
export interface Surroundings {
  /** The page is inside another site's frame. */
  readonly embedded: boolean;
  /** Whether the frame's policy allows the device; null when the browser does not say. */
  readonly policyAllows: boolean | null;
  /** The Permissions API's word; null when the browser does not say. */
  readonly permission: PermissionState | null;
  /** How long the question stood before it was answered, in ms. */
  readonly elapsedMs: number;
}

/** No person answers a browser's question this fast: the frame was refused, not the person asked. */
const TOO_FAST_MS = 60;

type Plain = 'missing' | 'in_use' | 'insecure' | 'loosen' | 'refused';

/** The names of getUserMedia's errors, old browsers' included. */
const NAMES: Readonly<Record<string, Plain>> = {
  NotAllowedError: 'refused',
  PermissionDeniedError: 'refused',
  NotFoundError: 'missing',
  DevicesNotFoundError: 'missing',
  NotReadableError: 'in_use',
  TrackStartError: 'in_use',
  AbortError: 'in_use',
  OverconstrainedError: 'loosen',
  SecurityError: 'insecure',
};

/** `loosen`: ask again with looser constraints, and tell nobody. */
export function mapDeviceError(name: string, kind: Kind, where: Surroundings): Trouble | 'loosen' {
  const plain = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
  switch (plain) {
    case 'refused':
      return refusedBy(where);
    case 'missing':
      return kind === 'video' ? 'no_camera' : 'no_microphone';
    case 'in_use':
      return kind === 'video' ? 'camera_in_use' : 'microphone_in_use';
    case 'loosen':
    case 'insecure':
      return plain;
    case undefined:
      return 'unsupported';
  }
}

function refusedBy(where: Surroundings): Trouble {
  if (where.embedded) {
    if (where.policyAllows === false) return 'policy';
    if (where.policyAllows === null && where.elapsedMs < TOO_FAST_MS) return 'policy';
  }
  return where.permission === 'denied' ? 'denied' : 'dismissed';
}

/** What is known before any device is asked for; null when nothing stands in the way. */
export function mapSurroundings(where: {
  readonly secure: boolean;
  readonly mediaDevices: boolean;
  readonly userAgent: string;
}): Trouble | null {
  if (where.mediaDevices) return null;
  if (isInApp(where.userAgent)) return 'in_app';
  return where.secure ? 'unsupported' : 'insecure';
}

/** Browsers inside other apps, which often have no devices to give. */
export function isInApp(userAgent: string): boolean {
  return /MicroMessenger|WeChat|QQ\/|Weibo|AlipayClient|DingTalk|FBAN|FBAV|Instagram|Line\//i.test(
    userAgent,
  );
}

/** Whose pictures to show when a browser remembers "Don't allow". */
export type BrowserFamily = 'chrome' | 'firefox' | 'safari_ios' | 'safari' | 'other';

export function browserFamily(userAgent: string): BrowserFamily {
  if (/iPhone|iPad|iPod/.test(userAgent)) return 'safari_ios';
  if (userAgent.includes('Firefox/')) return 'firefox';
  if (/Chrome\/|Chromium\/|Edg\//.test(userAgent)) return 'chrome';
  return userAgent.includes('Safari/') ? 'safari' : 'other';
}
