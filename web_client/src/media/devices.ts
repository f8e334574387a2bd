/**
 * One's own microphone and camera. Each starts by its owner's tap and by nothing else; a device
 * that is unplugged is replaced by another one of its kind, because its owner wanted it on.
 */

import { mapDeviceError, mapSurroundings, type Surroundings, type Trouble } from './device-errors';
import type { Kind } from './peer';

const AUDIO: MediaTrackConstraints = {
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
};
const VIDEO: MediaTrackConstraints = {
  width: { ideal: 640 },
  height: { ideal: 480 },
  frameRate: { ideal: 30 },
  facingMode: { ideal: 'user' },
};

export type Opened =
  | { readonly kind: 'track'; readonly track: MediaStreamTrack }
  | { readonly kind: 'trouble'; readonly trouble: Trouble };

export interface DeviceListener {
  /** The device went away and another one of its kind took its place. */
  replaced(kind: Kind, track: MediaStreamTrack): void;
  /** The device went away and there is no other. */
  lost(kind: Kind): void;
}

export class Devices {
  private readonly chosen: Record<Kind, string | null> = { audio: null, video: null };
  private readonly tracks: Record<Kind, MediaStreamTrack | null> = { audio: null, video: null };

  constructor(private readonly listener: DeviceListener) {}

  track(kind: Kind): MediaStreamTrack | null {
    return this.tracks[kind];
  }

  /** Ask for a device, or take the one already held. Never throws. */
  async open(kind: Kind): Promise<Opened> {
    const held = this.tracks[kind];
    if (held?.readyState === 'live') return { kind: 'track', track: held };
    const opened = await openDevice(kind, this.chosen[kind]);
    if (opened.kind === 'track') this.hold(kind, opened.track);
    return opened;
  }

  /** Take the device with this id from now on. Where it will not open, another of its kind does. */
  async choose(kind: Kind, deviceId: string): Promise<Opened> {
    this.chosen[kind] = deviceId;
    // Many phones open a second camera only when the first is let go.
    this.close(kind);
    return this.open(kind);
  }

  /** Ask for both with one question; where that fails for a reason of one device, for each alone. */
  async openBoth(): Promise<Record<Kind, Opened>> {
    const both = await askBoth();
    if (both === 'each')
      return { audio: await this.open('audio'), video: await this.open('video') };
    for (const kind of ['audio', 'video'] as const) {
      const opened = both[kind];
      if (opened.kind === 'track') this.hold(kind, opened.track);
    }
    return both;
  }

  /** Let the device go: its light goes out. */
  close(kind: Kind): void {
    this.tracks[kind]?.stop();
    this.tracks[kind] = null;
  }

  private hold(kind: Kind, track: MediaStreamTrack): void {
    this.close(kind);
    this.tracks[kind] = track;
    track.addEventListener('ended', () => void this.handleEnded(kind, track));
  }

  private async handleEnded(kind: Kind, track: MediaStreamTrack): Promise<void> {
    if (this.tracks[kind] !== track) return;
    this.tracks[kind] = null;
    const opened = await openDevice(kind, null);
    if (opened.kind === 'trouble') this.listener.lost(kind);
    else {
      this.hold(kind, opened.track);
      this.listener.replaced(kind, opened.track);
    }
  }
}

async function openDevice(kind: Kind, deviceId: string | null): Promise<Opened> {
  const stopped = mapSurroundings({
    secure: isSecureContext,
    mediaDevices: hasMediaDevices(),
    userAgent: navigator.userAgent,
  });
  if (stopped !== null) return { kind: 'trouble', trouble: stopped };
  for (const wish of wishes(kind, deviceId)) {
    const opened = await ask(kind, wish);
    if (opened !== 'loosen') return opened;
  }
  return { kind: 'trouble', trouble: kind === 'video' ? 'no_camera' : 'no_microphone' };
}

/** From what is wanted to whatever there is. */
function wishes(kind: Kind, deviceId: string | null): MediaStreamConstraints[] {
  const plain = kind === 'audio' ? AUDIO : VIDEO;
  const exact = deviceId === null ? [] : [{ ...plain, deviceId: { exact: deviceId } }];
  return [...exact, plain, true].map((wish) =>
    kind === 'audio' ? { audio: wish } : { video: wish },
  );
}

/** `each`: one of the two stands in the other's way, so each is to be asked for by itself. */
async function askBoth(): Promise<Record<Kind, Opened> | 'each'> {
  if (!hasMediaDevices()) return 'each';
  const asked = performance.now();
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: AUDIO, video: VIDEO });
    const audio = stream.getAudioTracks()[0];
    const video = stream.getVideoTracks()[0];
    if (audio === undefined || video === undefined) return 'each';
    return { audio: { kind: 'track', track: audio }, video: { kind: 'track', track: video } };
  } catch (error) {
    // A person who said no is not asked twice more.
    if (!(error instanceof Error) || error.name !== 'NotAllowedError') return 'each';
    const elapsed = performance.now() - asked;
    return { audio: await refusal('audio', elapsed), video: await refusal('video', elapsed) };
  }
}

async function refusal(kind: Kind, elapsedMs: number): Promise<Opened> {
  const where = await surroundings(kind, elapsedMs);
  const trouble = mapDeviceError('NotAllowedError', kind, where);
  return { kind: 'trouble', trouble: trouble === 'loosen' ? 'dismissed' : trouble };
}

async function ask(kind: Kind, wish: MediaStreamConstraints): Promise<Opened | 'loosen'> {
  const asked = performance.now();
  try {
    const stream = await navigator.mediaDevices.getUserMedia(wish);
    const track = stream.getTracks()[0];
    if (track !== undefined) return { kind: 'track', track };
    return { kind: 'trouble', trouble: kind === 'video' ? 'no_camera' : 'no_microphone' };
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    const where = await surroundings(kind, performance.now() - asked);
    const trouble = mapDeviceError(name, kind, where);
    return trouble === 'loosen' ? 'loosen' : { kind: 'trouble', trouble };
  }
}

function hasMediaDevices(): boolean {
  // The type says it is always there; an insecure page and some in-app browsers disagree.
  return typeof (navigator.mediaDevices as MediaDevices | undefined)?.getUserMedia === 'function';
}

async function surroundings(kind: Kind, elapsedMs: number): Promise<Surroundings> {
  return {
    embedded: window.parent !== window,
    policyAllows: policyAllows(kind),
    permission: await permission(kind),
    elapsedMs,
  };
}

/** Chromium tells what a frame's policy allows; the others do not. */
export function policyAllows(kind: Kind): boolean | null {
  const policy = (document as { featurePolicy?: { allowsFeature(name: string): boolean } })
    .featurePolicy;
  return policy?.allowsFeature(kind === 'audio' ? 'microphone' : 'camera') ?? null;
}

async function permission(kind: Kind): Promise<PermissionState | null> {
  try {
    const name = (kind === 'audio' ? 'microphone' : 'camera') as PermissionName;
    return (await navigator.permissions.query({ name })).state;
  } catch {
    return null;
  }
}
