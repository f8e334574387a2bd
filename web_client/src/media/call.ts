/** A call as the page holds it: the session, the media path and one's own devices, brought together. */

import type { Trouble } from './device-errors';
import { Devices, type Opened } from './devices';
import { JoinClock } from './join-clock';
import { MediaLink } from './link';
import type { Kind } from './peer';
import { others } from '../protocol/room';
import type { Session } from '../protocol/session';
import type { Event, ParticipantView } from '../protocol/wire';

/** Things that happen once and are said once. */
export type Notice = 'microphone_replaced' | 'camera_replaced' | 'microphone_lost' | 'camera_lost';

export interface CallOptions {
  readonly session: Session;
  /** What the person chose on the way in. */
  readonly microphone: boolean;
  readonly camera: boolean;
  /** `performance.now()` of the tap that entered the call. */
  readonly tap: number;
  readonly tokenMs: number | null;
}

/** Without a picture, a join is reported this long after the first sound. */
const NO_PICTURE_MS = 5_000;

export class Call {
  readonly session: Session;
  readonly link: MediaLink;
  private readonly devices: Devices;
  private readonly clock: JoinClock;
  private readonly changed = new Set<() => void>();
  private readonly stops: (() => void)[] = [];
  private wanted: Record<Kind, boolean> = { audio: false, video: false };
  private reported = false;
  private closed = false;
  trouble: { readonly kind: Kind; readonly trouble: Trouble } | null = null;
  notice: Notice | null = null;
  /** Devices the browser is being asked for. */
  asking: Record<Kind, boolean> = { audio: false, video: false };
  /** `performance.now()` since which the media path is down after having been up. */
  linkLostAt: number | null = null;
  wasConnected = false;

  constructor(private readonly options: CallOptions) {
    this.session = options.session;
    this.clock = new JoinClock(options.tap, options.tokenMs);
    this.devices = new Devices({
      replaced: (kind, track) => this.handleReplaced(kind, track),
      lost: (kind) => this.handleLost(kind),
    });
    this.link = new MediaLink({
      changed: () => this.handleLinkChanged(),
      textChannel: (channel) => this.session.setTextChannel(channel),
      textMessage: (data) => this.handleTextMessage(data),
      firstAudio: () => this.handleFirstAudio(),
      expecting: () => this.expecting(),
      negotiate: (offer) => this.session.request(offer),
    });
  }

  /** Enter. Devices and the line are opened at the same time; neither waits for the other. */
  start(): void {
    this.stops.push(
      this.session.onEvent((event) => this.handleEvent(event)),
      this.session.onChange(() => this.handleSessionChanged()),
      listen(window, 'online', () => this.handleBack()),
      listen(document, 'visibilitychange', () => {
        if (document.visibilityState === 'visible') this.session.wake();
      }),
    );
    this.session.start();
    void this.openFirst().then(() => this.clock.mark('permitted', performance.now()));
  }

  onChange(listener: () => void): () => void {
    this.changed.add(listener);
    return () => this.changed.delete(listener);
  }

  isOn(kind: Kind): boolean {
    return this.wanted[kind];
  }

  ownTrack(kind: Kind): MediaStreamTrack | null {
    return this.wanted[kind] ? this.devices.track(kind) : null;
  }

  get others(): readonly ParticipantView[] {
    return others(this.session.room);
  }

  /** The other person's sound or picture, as it arrives. */
  received(participant: string, kind: Kind): MediaStreamTrack | null {
    const slot = this.session.room.slots.find((other) => other.participant === participant);
    if (slot === undefined) return null;
    return this.link.received(kind === 'audio' ? slot.audio_mid : slot.video_mid);
  }

  /** Switch one's own microphone or camera, by its owner's tap. */
  async turn(kind: Kind, on: boolean): Promise<void> {
    if (this.asking[kind] || this.closed) return;
    if (!on) {
      this.turnOff(kind);
      return;
    }
    this.asking[kind] = true;
    this.tell();
    const opened = await this.devices.open(kind);
    this.asking[kind] = false;
    await this.handleOpened(kind, opened);
  }

  dismissTrouble(): void {
    this.trouble = null;
    this.tell();
  }

  dismissNotice(): void {
    this.notice = null;
    this.tell();
  }

  /** The other person's picture was decoded for the first time. */
  handleFirstFrame(): void {
    const now = performance.now();
    const since = Math.round(this.clock.since(now));
    performance.mark('quietroom:first-frame');
    document.documentElement.dataset.firstFrameMs ??= String(since);
    this.clock.mark('seen', now);
    this.report();
  }

  leave(): void {
    this.stopMedia();
    this.session.leave();
  }

  end(): void {
    this.stopMedia();
    this.session.end();
  }

  /** Let go of every device and of the media path, at once. */
  stopMedia(): void {
    this.closed = true;
    this.devices.close('audio');
    this.devices.close('video');
    this.link.close();
    for (const stop of this.stops.splice(0)) stop();
  }

  private async openFirst(): Promise<void> {
    const { microphone, camera } = this.options;
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

  private async handleOpened(kind: Kind, opened: Opened): Promise<void> {
    if (this.closed) {
      this.devices.close(kind);
      return;
    }
    if (opened.kind === 'trouble') {
      this.trouble = { kind, trouble: opened.trouble };
    } else {
      this.wanted[kind] = true;
      opened.track.enabled = true;
      if (this.trouble?.kind === kind) this.trouble = null;
      await this.link.setTrack(kind, opened.track);
    }
    this.tellRoom();
    this.tell();
  }

  private turnOff(kind: Kind): void {
    this.wanted[kind] = false;
    const track = this.devices.track(kind);
    // A muted microphone is kept, so that speaking again asks no question; a camera goes dark.
    if (kind === 'video') this.devices.close(kind);
    else if (track !== null) track.enabled = false;
    void this.link.setTrack(kind, null);
    this.tellRoom();
    this.tell();
  }

  private handleReplaced(kind: Kind, track: MediaStreamTrack): void {
    if (!this.wanted[kind]) {
      this.devices.close(kind);
      return;
    }
    void this.link.setTrack(kind, track);
    this.notice = kind === 'audio' ? 'microphone_replaced' : 'camera_replaced';
    this.tell();
  }

  private handleLost(kind: Kind): void {
    if (!this.wanted[kind]) return;
    this.turnOff(kind);
    this.notice = kind === 'audio' ? 'microphone_lost' : 'camera_lost';
    this.tell();
  }

  private handleEvent(event: Event): void {
    if (event.type === 'welcome') {
      this.clock.mark('welcomed', performance.now());
      this.link.handleWelcome({ iceServers: event.ice_servers, slots: event.slots }, event.resumed);
      this.tellRoom();
    } else if (event.type === 'media_closed') {
      this.link.handleMediaClosed();
    } else if (event.type === 'use_codec') {
      this.link.useCodec(event.codec);
    } else if (event.type === 'slots' && event.slots.some((slot) => slot.participant !== null)) {
      this.clock.expect(performance.now());
    }
  }

  private handleSessionChanged(): void {
    if (this.session.state === 'closed' && !this.closed) this.stopMedia();
    this.tell();
  }

  private handleLinkChanged(): void {
    const up = this.link.state === 'connected';
    if (up) {
      this.clock.mark('connected', performance.now());
      this.wasConnected = true;
      this.linkLostAt = null;
    } else if (this.wasConnected) {
      this.linkLostAt ??= performance.now();
    }
    this.tell();
  }

  private handleTextMessage(data: string): void {
    try {
      this.session.texts.receiveChannel(data);
    } catch {
      // Not JSON: whatever it is, it is no text.
    }
  }

  private handleFirstAudio(): void {
    this.clock.mark('heard', performance.now());
    performance.mark('quietroom:first-audio');
    window.setTimeout(() => this.report(), NO_PICTURE_MS);
  }

  private handleBack(): void {
    this.session.wake();
    this.link.handleOnline();
  }

  private expecting(): boolean {
    return this.others.some(
      (other) => other.link === 'connected' && (other.microphone || other.camera),
    );
  }

  /** The others see what is on. A change that cannot be told now is told by the next welcome. */
  private tellRoom(): void {
    if (this.session.state !== 'open') return;
    const { audio, video } = this.wanted;
    this.session
      .request({ type: 'set_media', microphone: audio, camera: video })
      .catch(() => undefined);
  }

  private report(): void {
    if (this.reported || this.closed) return;
    this.reported = true;
    this.session
      .request({ type: 'report_join', phases: this.clock.phases() })
      .catch(() => undefined);
  }

  private tell(): void {
    for (const listener of this.changed) listener();
  }
}

function listen(target: EventTarget, name: string, listener: () => void): () => void {
  target.addEventListener(name, listener);
  return () => target.removeEventListener(name, listener);
}
