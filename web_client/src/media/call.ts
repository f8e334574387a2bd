/** A call as the page holds it: the session, the media path and one's own devices, brought together. */

import { Hints } from './hints';
import { deviceChecks } from './device-checks';
import { DevicePauses } from './device-pauses';
import { picturesDue, voicesDue } from './due';
import { Doorstep } from './doorstep';
import { Hearing } from './hearing';
import { Invitations } from './invitations';
import { JoinClock } from './join-clock';
import { listen } from './listen';
import { MediaLink } from './link';
import { OwnLine } from './own-line';
import { OwnMedia } from './own-media';
import type { Kind } from './peer';
import { type Followed, QualityReports } from './quality-reports';
import { Reconnects } from './reconnects';
import { SelfWatch } from './self-watch';
import type { Still } from './still-assembler';
import { Stills } from './stills';
import { Timeline } from './timeline';
import { Viewing } from './viewing';
import { guidanceOf, isWaiting, others } from '../protocol/room';
import type { Session } from '../protocol/session';
import type {
  Event,
  Invitation,
  ParticipantView,
  ReportJoin,
  Rung,
  SlotView,
} from '../protocol/wire';

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

/** Ends of a media connection that are the gateway's doing (docs/closures.md). */
const OURS: ReadonlySet<string> = new Set(['worker_lost', 'shutdown']);

export class Call {
  readonly session: Session;
  readonly link: MediaLink;
  readonly own: OwnMedia;
  readonly hints: Hints;
  readonly watch: SelfWatch;
  readonly viewing: Viewing;
  private readonly stills: Stills;
  private readonly line: OwnLine;
  /** What this person was asked to switch on, and what they have asked others. */
  readonly invitations = new Invitations(() => this.tell());
  readonly hearing: Hearing;
  /** When people could not hear each other, as far as this page knows. */
  readonly timeline = new Timeline();
  private readonly pauses: DevicePauses;
  private readonly clock: JoinClock;
  private readonly reconnects = new Reconnects();
  private readonly doorstep = new Doorstep();
  private readonly quality: QualityReports;
  private devices: NonNullable<ReportJoin['devices']> = {};
  /** The others' pictures on the page. */
  readonly pictures = new Set<Followed>();
  private readonly changed = new Set<() => void>();
  private readonly stops: (() => void)[] = [];
  private rttMs: number | null = null;
  private reported = false;
  private closed = false;
  private asked = false;
  /** `performance.now()` since which the media path is down after having been up. */
  linkLostAt: number | null = null;
  wasConnected = false;

  constructor(private readonly options: CallOptions) {
    this.session = options.session;
    this.clock = new JoinClock(options.tap, options.tokenMs);
    this.own = new OwnMedia({
      changed: () => this.handleOwn(),
      switched: () => this.tellRoom(),
      send: (kind, track) => this.link.setTrack(kind, track),
    });
    this.viewing = new Viewing({
      send: (watch) => this.session.request(watch),
      later: (callback, ms) => window.setTimeout(callback, ms),
    });
    this.hints = new Hints(() => this.handleHints());
    this.stills = new Stills({
      held: () => this.link.stillsHeld,
      send: (chunk) => this.link.sendStill(chunk),
      changed: () => {
        this.tellAsking();
        this.tell();
      },
    });
    this.watch = new SelfWatch(this.own, this.hints);
    this.link = new MediaLink({
      changed: () => this.handleLinkChanged(),
      textChannel: (channel) => this.session.setTextChannel(channel),
      textMessage: (data) => this.handleTextMessage(data),
      stillMessage: (data) => this.stills.handleMessage(data),
      firstAudio: () => this.handleFirstAudio(),
      expecting: () => this.expecting(),
      watched: () => this.others.some((other) => other.link === 'connected'),
      sampled: (stats, now) => {
        this.rttMs = stats.rttMs;
        this.line.handleSample(stats, now);
      },
      choked: (chokes, now) => this.line.handleChoke(chokes, now),
      lineUp: () => this.session.state === 'open',
      negotiate: (offer) => this.session.request(offer),
      unanswered: () => this.session.renew(),
    });
    this.line = new OwnLine({
      send: (report) => this.session.request(report),
      allow: (bps) => this.link.allow(bps),
      speak: (voice) => this.link.speak(voice),
      pictureBps: () => this.link.pictureWantsBps,
      changed: (rung) => this.handleRung(rung),
    });
    this.pauses = new DevicePauses(
      this.own,
      () => this.watch.taken,
      () => this.hearing.handleDevices(),
    );
    this.hearing = new Hearing({
      session: this.session,
      frame: (participant) => this.link.lastFrame(this.slotOf(participant)?.audio_mid ?? null),
      level: () => this.watch.level(),
      microphoneOn: () => this.own.isOn('audio'),
      paused: () => this.pauses.paused,
      rttMs: () => this.rttMs,
      waitMs: () => this.link.voiceWaitMs,
      timeline: this.timeline,
    });
    this.quality = new QualityReports({
      stats: () => this.link.stats(),
      voices: () => voicesDue(this.session.room),
      moving: () => picturesDue(this.session.room),
      pictures: this.pictures,
      reconnects: this.reconnects,
      send: (report) => this.session.request(report),
      now: () => performance.now(),
    });
  }

  /** The network took one's own picture, moving or slow, for so long that its owner is asked. */
  get asksForPicture(): boolean {
    return this.link.asksForPicture || this.stills.asks;
  }

  /** The owner's tap: the picture may come back, as much of it as the line carries. */
  openPicture(): void {
    this.stills.open();
    this.link.openPicture();
    this.tellAsking();
  }

  /** The other person's slow picture, where there is one of now. */
  still(participant: string): Still | null {
    return this.stills.of(participant);
  }

  /** Enter. Devices and the line are opened at the same time; neither waits for the other. */
  start(): void {
    this.stops.push(
      this.session.onEvent((event) => this.handleEvent(event)),
      this.session.onChange(() => this.handleSessionChanged()),
      listen(window, 'online', () => this.handleBack()),
      listen(document, 'visibilitychange', () => {
        this.reconnects.handleHidden(document.hidden, performance.now());
        if (document.visibilityState === 'visible') this.session.wake();
      }),
    );
    this.watch.start();
    this.quality.start();
    this.hearing.start();
    this.session.start();
    const { microphone, camera } = this.options;
    void this.own.openFirst(microphone, camera).then(() => {
      this.clock.mark('permitted', performance.now());
      this.devices = deviceChecks({ audio: microphone, video: camera }, this.own);
    });
  }

  onChange(listener: () => void): () => void {
    this.changed.add(listener);
    return () => this.changed.delete(listener);
  }

  get others(): readonly ParticipantView[] {
    return others(this.session.room);
  }

  /** At the door: nothing of this page goes out, and nothing comes in. */
  get waits(): boolean {
    return isWaiting(this.session.room);
  }

  /** The other person's sound or picture, as it arrives. */
  received(participant: string, kind: Kind): MediaStreamTrack | null {
    const slot = this.slotOf(participant);
    if (slot === undefined) return null;
    return this.link.received(kind === 'audio' ? slot.audio_mid : slot.video_mid);
  }

  private slotOf(participant: string): SlotView | undefined {
    return this.session.room.slots.find((other) => other.participant === participant);
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

  /** The counsellor asks somebody whether they would like to be heard or seen. */
  invite(participant: string, kind: Invitation): void {
    void this.invitations.ask(this.session.request({ type: 'invite', participant, kind }));
  }

  leave(): void {
    this.stopMedia();
    this.session.leave();
  }

  /** Everything is off when this returns; the promise is of the gateway's having been told. */
  leaveQuickly(): Promise<void> {
    this.stopMedia();
    return this.session.leaveQuickly();
  }

  end(): Promise<boolean> {
    return this.session.end();
  }

  /** Let go of every device and of the media path, at once. */
  stopMedia(): void {
    this.closed = true;
    this.timeline.close(performance.now());
    this.watch.stop();
    this.quality.stop();
    this.stills.close();
    this.hearing.stop();
    this.own.close();
    this.link.close();
    for (const stop of this.stops.splice(0)) stop();
  }

  private handleEvent(event: Event): void {
    this.follow();
    this.timeline.handleEvent(event, performance.now());
    this.link.handleEvent(event);
    this.stills.handleEvent(event);
    this.hearing.handleEvent(event);
    const welcome = this.doorstep.handle(event, this.waits);
    if (welcome !== null) {
      const { ice_servers: iceServers, slots, resumed } = welcome;
      this.clock.mark('welcomed', performance.now());
      this.link.handleWelcome({ iceServers, slots }, resumed);
      this.viewing.handleWelcome(resumed);
      this.line.handleWelcome();
      this.tellRoom();
    } else if (event.type === 'media_closed') {
      if (OURS.has(event.reason)) this.reconnects.handleCause('server', performance.now());
      this.link.handleMediaClosed();
    } else if (event.type === 'closed' && event.reason === 'server_stopping') {
      this.reconnects.handleCause('server', performance.now());
    } else if (event.type === 'rate') {
      this.line.handleWorth(event.bps, performance.now());
    } else if (event.type === 'invited') {
      this.invitations.handleInvited(event, this.own);
      this.tell();
    } else if (event.type === 'slots' && event.slots.some((slot) => slot.participant !== null)) {
      this.clock.expect(performance.now());
    }
  }

  /** Do as the counsellor wishes; first of all, so that a page that comes back sends nothing else. */
  private follow(): void {
    const guidance = guidanceOf(this.session.room);
    this.stills.handleSteady(guidance.steady);
    this.line.handleSteady(guidance.steady, performance.now());
    this.link.handleGuidance(guidance);
  }

  private handleSessionChanged(): void {
    if (this.session.state === 'closed' && !this.closed) this.stopMedia();
    this.stills.handleRoom(this.session.room.slots, this.others);
    this.invitations.handleOwn(this.own);
    const rungs = this.others.map(({ rung }) => rung);
    this.line.handleListeners(rungs, performance.now());
    this.tell();
  }

  private handleLinkChanged(): void {
    const up = this.link.state === 'connected';
    // Why it was down may have become known meanwhile.
    this.timeline.handlePath(this.reconnects.losing, performance.now());
    this.reconnects.handleLink(up, performance.now());
    this.timeline.handlePath(this.reconnects.losing, performance.now());
    this.line.handlePath(up, performance.now());
    this.link.handlePath();
    this.tellAsking();
    if (up) {
      this.clock.mark('connected', performance.now());
      this.wasConnected = true;
      // The path found its way by itself: so will the line.
      if (this.linkLostAt !== null) this.session.wake();
      this.linkLostAt = null;
    } else if (this.wasConnected) {
      this.linkLostAt ??= performance.now();
    }
    this.tell();
  }

  private handleRung(rung: Rung): void {
    this.stills.handleRung(rung);
    this.tell();
  }

  private handleOwn(): void {
    this.watch.handleOwn();
    this.stills.handleCamera(this.own.track('video'));
    this.invitations.handleOwn(this.own);
    this.pauses.handleOwn();
    this.hearing.handleDevices();
    this.tell();
  }

  private handleHints(): void {
    this.hearing.handleDevices();
    if (this.hints.first === 'interrupted')
      this.reconnects.handleCause('device', performance.now());
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
    if (this.session.state !== 'open' || this.waits) return;
    const microphone = this.own.isOn('audio');
    // A picture that waits for its owner's word is not to be waited for by the others.
    const camera = this.own.isOn('video') && !this.asksForPicture;
    this.session.request({ type: 'set_media', microphone, camera }).catch(() => undefined);
  }

  private tellAsking(): void {
    if (this.asked === this.asksForPicture) return;
    this.asked = this.asksForPicture;
    this.tellRoom();
  }

  private report(): void {
    if (this.reported || this.closed) return;
    this.reported = true;
    this.session
      .request({ type: 'report_join', phases: this.clock.phases(), devices: this.devices })
      .catch(() => undefined);
  }

  private tell(): void {
    for (const listener of this.changed) listener();
  }
}
