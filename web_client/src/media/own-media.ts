/** One's own microphone and camera as their owner wants them: on, off, another one, or in trouble. */

import type { Trouble } from './device-errors';
import { Devices, type Opened } from './devices';
import type { Kind } from './peer';

/** Things that happen once and are said once. */
export type Notice = 'microphone_replaced' | 'camera_replaced' | 'microphone_lost' | 'camera_lost';

export interface OwnMediaListener {
  changed(): void;
  /** What is on has changed: the others are to see it. */
  switched(): void;
  /** Put a track on the wire, or take it off. */
  send(kind: Kind, track: MediaStreamTrack | null): Promise<void>;
}

export class OwnMedia {
  private readonly devices: Devices;
  private wanted: Record<Kind, boolean> = { audio: false, video: false };
  private closed = false;
  trouble: { readonly kind: Kind; readonly trouble: Trouble } | null = null;
  notice: Notice | null = null;
  /** Devices the browser is being asked for. */
  asking: Record<Kind, boolean> = { audio: false, video: false };

  constructor(private readonly listener: OwnMediaListener) {
    this.devices = new Devices({
      replaced: (kind, track) => this.handleReplaced(kind, track),
      lost: (kind) => this.handleLost(kind),
    });
  }

  isOn(kind: Kind): boolean {
    return this.wanted[kind];
  }

  /** The track of a device that is on. */
  track(kind: Kind): MediaStreamTrack | null {
    return this.wanted[kind] ? this.devices.track(kind) : null;
  }

  /** The track of a device the page holds, on or muted. */
  held(kind: Kind): MediaStreamTrack | null {
    return this.devices.track(kind);
  }

  /** Open what the person chose on the way in. */
  async openFirst(microphone: boolean, camera: boolean): Promise<void> {
    if (!microphone || !camera) {
      if (microphone) await this.turn('audio', true);
      if (camera) await this.turn('video', true);
      return;
    }
    this.asking = { audio: true, video: true };
    const { audio, video } = await this.devices.openBoth();
    this.asking = { audio: false, video: false };
    // The microphone's trouble is the one to show first: it is told last.
    await this.handleOpened('video', video);
    await this.handleOpened('audio', audio);
  }

  /** Switch a device, by its owner's tap. */
  async turn(kind: Kind, on: boolean): Promise<void> {
    if (!on) this.turnOff(kind);
    else await this.ask(kind, () => this.devices.open(kind));
  }

  /** Take another device of this kind; it is switched on with that, for its owner chose it. */
  async choose(kind: Kind, deviceId: string): Promise<void> {
    await this.ask(kind, () => this.devices.choose(kind, deviceId));
  }

  /** A fresh microphone, and camera if it is on: after a phone call the old ones may be dead. */
  async reopen(): Promise<void> {
    const kinds: Kind[] = this.wanted.video ? ['audio', 'video'] : ['audio'];
    for (const kind of kinds) {
      this.devices.close(kind);
      await this.ask(kind, () => this.devices.open(kind));
    }
  }

  dismissTrouble(): void {
    this.trouble = null;
    this.listener.changed();
  }

  dismissNotice(): void {
    this.notice = null;
    this.listener.changed();
  }

  close(): void {
    this.closed = true;
    this.devices.close('audio');
    this.devices.close('video');
  }

  private async ask(kind: Kind, open: () => Promise<Opened>): Promise<void> {
    if (this.asking[kind] || this.closed) return;
    this.asking[kind] = true;
    this.listener.changed();
    const opened = await open();
    this.asking[kind] = false;
    await this.handleOpened(kind, opened);
  }

  private async handleOpened(kind: Kind, opened: Opened): Promise<void> {
    if (this.closed) {
      this.devices.close(kind);
      return;
    }
    if (opened.kind === 'trouble') {
      this.trouble = { kind, trouble: opened.trouble };
      this.wanted[kind] = false;
      await this.listener.send(kind, null);
    } else {
      this.wanted[kind] = true;
      opened.track.enabled = true;
      if (this.trouble?.kind === kind) this.trouble = null;
      await this.listener.send(kind, opened.track);
    }
    this.listener.switched();
    this.listener.changed();
  }

  private turnOff(kind: Kind): void {
    if (this.asking[kind] || this.closed) return;
    this.wanted[kind] = false;
    const track = this.devices.track(kind);
    // A muted microphone is kept, so that speaking again asks no question; a camera goes dark.
    if (kind === 'video') this.devices.close(kind);
    else if (track !== null) track.enabled = false;
    void this.listener.send(kind, null);
    this.listener.switched();
    this.listener.changed();
  }

  private handleReplaced(kind: Kind, track: MediaStreamTrack): void {
    if (!this.wanted[kind]) {
      this.devices.close(kind);
      return;
    }
    void this.listener.send(kind, track);
    this.notice = kind === 'audio' ? 'microphone_replaced' : 'camera_replaced';
    this.listener.changed();
  }

  private handleLost(kind: Kind): void {
    if (!this.wanted[kind]) return;
    this.turnOff(kind);
    this.notice = kind === 'audio' ? 'microphone_lost' : 'camera_lost';
    this.listener.changed();
  }
}
