/**
 * Which of one's devices are on and bring nothing: a phone call, a headset that is gone, a page that
 * the phone has put to sleep. The others are told, so that they do not take it for silence.
 */

import type { OwnMedia } from './own-media';
import type { Kind } from './peer';
import type { DevicePause } from '../protocol/wire';

/** What is known of one device. Pure. */
export interface Device {
  readonly on: boolean;
  readonly track: { readonly muted: boolean; readonly readyState: string } | null;
  /** A call has it, or had it and nobody has come back since. */
  readonly taken: boolean;
  /** It is gone, and there was no other; its owner has not switched one on since. */
  readonly lost: boolean;
}

export function isPaused({ on, track, taken, lost }: Device): boolean {
  if (!on) return lost;
  return taken || track === null || track.muted || track.readyState === 'ended';
}

export function pauseOf(microphone: boolean, camera: boolean): DevicePause {
  if (microphone) return camera ? 'both' : 'microphone';
  return camera ? 'camera' : 'none';
}

const EVENTS = ['mute', 'unmute', 'ended'] as const;

export class DevicePauses {
  private readonly followed: Record<Kind, MediaStreamTrack | null> = { audio: null, video: null };
  private readonly lost: Record<Kind, boolean> = { audio: false, video: false };
  private readonly look = (): void => this.changed();

  constructor(
    private readonly own: OwnMedia,
    private readonly taken: () => boolean,
    private readonly changed: () => void,
  ) {}

  get paused(): DevicePause {
    return pauseOf(this.isPaused('audio'), this.isPaused('video'));
  }

  /** One's own devices have changed: follow those there are. */
  handleOwn(): void {
    for (const kind of ['audio', 'video'] as const) {
      const notice = kind === 'audio' ? 'microphone_lost' : 'camera_lost';
      this.lost[kind] = !this.own.isOn(kind) && (this.lost[kind] || this.own.notice === notice);
      const track = this.own.held(kind);
      if (track === this.followed[kind]) continue;
      for (const name of EVENTS) {
        this.followed[kind]?.removeEventListener(name, this.look);
        track?.addEventListener(name, this.look);
      }
      this.followed[kind] = track;
    }
  }

  private isPaused(kind: Kind): boolean {
    return isPaused({
      on: this.own.isOn(kind),
      track: this.own.held(kind),
      taken: kind === 'audio' && this.taken(),
      lost: this.lost[kind],
    });
  }
}
