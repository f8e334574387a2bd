/**
 * One's media path for as long as the session lasts: peers come and go beneath it, one's own tracks
 * and the others' slots stay.
 */

import { LineChoke } from './line-choke';
import { type Kind, type Negotiated, Peer, type PeerListener } from './peer';
import { PictureBuffer } from './picture-buffer';
import { fullBps, narrower, pixelsOf } from './picture';
import { PictureReturn } from './picture-return';
import { PictureStart } from './picture-start';
import { pathOf, type Repair, RepairPlan } from './repair';
import { type PathStats, readPath } from './stats';
import { VoiceBuffer } from './voice-buffer';
import { VOICE, type VoiceSettings } from './voice-settings';
import type { Guidance } from '../protocol/room';
import type { Event, IceServer, Offer, Reply } from '../protocol/wire';

/** A path in doubt is looked at every tick, one that is well every other. */
const TICK_MS = 250;
const LOOK_MS = 50;
const HEARD_MS = 1_500;
/** A path that needs repair often lost its network, and the line with it. An answer takes one round
 * trip; after so long without one a new line is tried, each time with more patience. */
const PATIENCE_MS = 800;
const MAX_PATIENCE_MS = 8_000;
/** So long the gateway keeps a seat for its voice. */
const SEAT_MS = 120_000;

export interface LinkListener extends PeerListener {
  /** True while somebody else's sound or picture ought to be arriving. */
  expecting(): boolean;
  /** True while somebody is there who could see one's own picture. */
  watched(): boolean;
  /** There is a line: an offer can be answered. */
  lineUp(): boolean;
  negotiate(offer: Offer): Promise<Reply>;
  /** An offer that was to mend the path has waited too long for its answer. */
  unanswered(): void;
  /** A look at a path that is up. */
  sampled(stats: PathStats, now: number): void;
  /** The others' voice is missed, or is back. */
  choked(chokes: boolean, now: number): void;
}

export interface LinkSetup {
  readonly iceServers: readonly IceServer[];
  readonly slots: number;
}

export class MediaLink {
  private peer: Peer | null = null;
  private setup: LinkSetup | null = null;
  private plan = new RepairPlan();
  private tracks: Record<Kind, MediaStreamTrack | null> = { audio: null, video: null };
  private codec: string | null = null;
  private wanted: readonly string[] | null = null;
  private timer: number | null = null;
  private owed: Repair | null = null;
  private busy = false;
  private odd = false;
  private rate: number | null = null;
  private allowance: number | null = null;
  private voice: VoiceSettings = VOICE.clear;
  private guidance: Guidance = { cue: 'balanced', steady: false };
  private readonly returning = new PictureReturn();
  private readonly pictureBuffer = new PictureBuffer();
  private readonly voiceBuffer = new VoiceBuffer();
  private readonly start = new PictureStart();
  private readonly choke = new LineChoke();
  private looking: number | null = null;
  private wasUp = false;
  private bytes: number | null = null;
  private movedAt: number | null = null;
  private patience = PATIENCE_MS;
  private heardPackets = 0;
  private heardAt = -Infinity;
  /** The SRTP cipher in use, when the browser says it. */
  cipher: string | null = null;

  constructor(private readonly listener: LinkListener) {}

  get state(): RTCPeerConnectionState {
    return this.peer?.state ?? 'new';
  }

  get encrypted(): boolean {
    return this.peer?.encrypted ?? false;
  }

  received(mid: string | null): MediaStreamTrack | null {
    return this.peer?.received(mid) ?? null;
  }

  /** The last frame that was played of the voice in the slot with this mid. */
  lastFrame(mid: string | null): RTCRtpSynchronizationSource | null {
    return this.peer?.lastFrame(mid) ?? null;
  }

  /** The session has a connection: enter, or mend what broke while it had none. */
  handleWelcome(setup: LinkSetup, resumed: boolean): void {
    this.setup = setup;
    if (this.peer === null) void this.build(false);
    else if (!resumed) void this.build(true);
    else if (this.owed !== null || this.peer.state !== 'connected') {
      this.plan.handleOffered(performance.now());
      void this.repair(this.owed ?? 'restart');
    }
    this.timer ??= window.setInterval(() => void this.tick(), TICK_MS);
    this.looking ??= window.setInterval(() => this.look(), LOOK_MS);
  }

  /** The gateway let go of this connection. */
  handleMediaClosed(): void {
    if (this.setup !== null) void this.build(true);
  }

  /** The machine's network came back or changed. */
  handleOnline(): void {
    if (!this.answerable) return;
    const repair = this.plan.handleOnline(pathOf(this.state), performance.now());
    if (repair !== null) void this.repair(repair);
  }

  async setTrack(kind: Kind, track: MediaStreamTrack | null): Promise<void> {
    this.tracks[kind] = track;
    if (kind === 'video') this.considerPicture();
    await this.peer?.send(kind, this.sendable(kind));
    this.shapePicture();
  }

  /** Others' sound has come in within the last moment. */
  get hears(): boolean {
    return performance.now() - this.heardAt < HEARD_MS;
  }

  /** How long voices wait at least before they are played, in ms; null where the browser decides. */
  get voiceWaitMs(): number | null {
    return this.voiceBuffer.waitMs;
  }

  /** One's own way up carries so many bits a second of picture; 0 is none, null does not say. */
  allow(bps: number | null): void {
    if (bps === this.allowance) return;
    this.allowance = bps;
    this.shapePicture();
  }

  /** There is no room for a chunk of a still now. */
  get stillsHeld(): boolean {
    return this.peer?.state !== 'connected' || this.peer.stillsHeld;
  }

  sendStill(chunk: Uint8Array<ArrayBuffer>): void {
    this.peer?.sendStill(chunk);
  }

  /** What the gateway says of one's own picture: its codec, its encodings, what reaches anyone. */
  handleEvent(event: Event): void {
    if (event.type === 'use_codec') this.codec = event.codec;
    else if (event.type === 'layers') this.wanted = event.rids;
    else if (event.type === 'rate') this.rate = event.bps;
    else return;
    this.shapePicture();
  }

  /** What the counsellor wishes of one's picture. One that a moment is kept steady without is held. */
  handleGuidance(guidance: Guidance): void {
    const { cue, steady } = this.guidance;
    if (guidance.cue === cue && guidance.steady === steady) return;
    this.guidance = guidance;
    this.considerPicture();
    this.showPicture();
  }

  /** Send one's own voice like this. */
  speak(voice: VoiceSettings): void {
    this.voice = voice;
    void this.peer?.speak(voice);
  }

  /** The network took one's own picture for so long that its owner is asked first. */
  get asksForPicture(): boolean {
    return this.returning.asks;
  }

  /** The owner's tap: the picture may come back. */
  openPicture(): void {
    this.returning.handleTap();
    this.showPicture();
    this.listener.changed();
  }

  /** The path came up or went down. */
  handlePath(): void {
    this.considerPicture();
  }

  /** What one's own picture may take: 0 is nothing, null as much as it likes. */
  get pictureBps(): number | null {
    return this.held ? 0 : this.boundBps;
  }

  /** What the page would send of its picture now, in bits per second. */
  get pictureWantsBps(): number {
    return this.tracks.video === null
      ? 0
      : (this.pictureBps ?? fullBps(pixelsOf(this.tracks.video)));
  }

  /** What the network leaves for one's own picture. */
  private get boundBps(): number | null {
    return narrower({ each: this.rate, bps: this.allowance });
  }

  /** Nothing of one's own moving picture is to leave the page. */
  private get held(): boolean {
    return this.returning.blocks || this.guidance.steady;
  }

  /** What a peer is given to send. A picture that waits for its owner does not leave the page. */
  private sendable(kind: Kind): MediaStreamTrack | null {
    return kind === 'video' && this.returning.asks ? null : this.tracks[kind];
  }

  /** Is one's own picture carried? If it comes back after long, its owner has the word. */
  private considerPicture(): void {
    const now = performance.now();
    const up = this.state === 'connected';
    this.wasUp ||= up;
    // That the path is not yet up takes nothing away.
    const path = up || !this.wasUp;
    const carried = path && this.boundBps !== 0 && !this.guidance.steady;
    const unwatched = path && !this.listener.watched();
    const since = up || this.movedAt === null ? now : this.movedAt;
    const { asks, blocks } = this.returning;
    this.returning.handle({ on: this.tracks.video !== null, carried, unwatched }, since, now);
    if (this.returning.blocks !== blocks) this.showPicture();
    if (this.returning.asks !== asks) this.listener.changed();
  }

  private showPicture(): void {
    void this.peer?.send('video', this.sendable('video'));
    this.wishPicture();
  }

  private shapePicture(): void {
    this.considerPicture();
    this.wishPicture();
  }

  private wishPicture(): void {
    const { codec, wanted, rate: each, allowance } = this;
    const { cue } = this.guidance;
    const left = narrower({ each, bps: allowance });
    const first = this.start.handle(left, performance.now());
    const bps = this.held ? 0 : narrower({ each: first, bps: allowance });
    const pixels = pixelsOf(this.tracks.video);
    void this.peer?.picture.wish({ codec, wanted, each, bps, pixels, cue });
  }

  /** What the browser counts of a path that is up; null while there is none. */
  async stats(): Promise<RTCStatsReport | null> {
    return this.peer?.state === 'connected' ? this.peer.getStats() : null;
  }

  close(): void {
    for (const timer of [this.timer, this.looking]) if (timer !== null) window.clearInterval(timer);
    this.timer = this.looking = null;
    this.setup = null;
    this.peer?.close();
    this.peer = null;
  }

  private get answerable(): boolean {
    return this.listener.lineUp() || this.peer?.promised === true || this.restartable;
  }

  /** The gateway's promise holds, and so does one's seat: nothing has come for less than two minutes. */
  private get restartable(): boolean {
    const { peer, movedAt } = this;
    if (peer?.unconfirmed !== true || movedAt === null) return false;
    return performance.now() - movedAt < SEAT_MS;
  }

  private async build(fresh: boolean): Promise<void> {
    if (this.setup === null) return;
    this.peer?.close();
    this.cipher = null;
    this.wanted = null;
    const peer = new Peer({
      ...this.setup,
      listener: this.listener,
      negotiate: (offer) => this.listener.negotiate(offer),
    });
    this.peer = peer;
    this.plan.handleBuilt(performance.now());
    this.listener.changed();
    await Promise.all([
      peer.send('audio', this.tracks.audio),
      // A new peer sends before it is told as what: a picture that is held is given to it later.
      peer.send('video', this.held ? null : this.tracks.video),
      peer.speak(this.voice),
    ]);
    this.settle(peer, await peer.negotiate({ fresh }), fresh ? 'rebuild' : 'restart');
  }

  private async repair(repair: Repair): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      const peer = this.peer;
      const rebuild = repair === 'rebuild' && this.listener.lineUp();
      if (rebuild || peer === null) await this.build(true);
      else this.settle(peer, await this.restart(peer), 'restart');
    } finally {
      this.busy = false;
    }
  }

  private async restart(peer: Peer): Promise<Negotiated> {
    const timer = window.setTimeout(() => {
      this.patience = Math.min(2 * this.patience, MAX_PATIENCE_MS);
      this.listener.unanswered();
    }, this.patience);
    const outcome = await peer.negotiate({ restart: true });
    window.clearTimeout(timer);
    if (outcome.kind === 'done') this.patience = PATIENCE_MS;
    return outcome;
  }

  /** What came of an offer. One that was lost or refused is owed: a later tick makes it good. */
  private settle(peer: Peer, outcome: Negotiated, repair: Repair): void {
    if (peer !== this.peer) return;
    if (outcome.kind === 'done') {
      this.owed = null;
      this.shapePicture();
    } else {
      this.owed = outcome.kind === 'refused' && outcome.code !== 'media_busy' ? 'rebuild' : repair;
    }
    this.listener.changed();
  }

  private async tick(): Promise<void> {
    const peer = this.peer;
    this.odd = !this.odd;
    if (peer === null || (this.odd && !this.plan.doubts)) return;
    if (this.tracks.audio === null && (this.tracks.video === null || this.pictureBps === 0))
      peer.sendBeat();
    const stats = readPath(await peer.getStats());
    if (peer !== this.peer) return;
    this.cipher = stats.cipher;
    this.hear(stats.voice);
    if (stats.bytes !== this.bytes) this.movedAt = performance.now();
    this.bytes = stats.bytes;
    this.considerPicture();
    this.wait(peer, stats, performance.now());
    if (peer.state === 'connected') this.listener.sampled(stats, performance.now());
    await this.watch(peer, stats.bytes);
  }

  /** What was lost on its way may come in time. */
  private wait(peer: Peer, stats: PathStats, now: number): void {
    const { played, rttMs } = stats;
    this.pictureBuffer.handleSample(stats, rttMs, now);
    peer.waitFor('video', this.pictureBuffer.waitMs);
    this.voiceBuffer.handleSample(played, rttMs, now);
    peer.waitFor('audio', this.voiceBuffer.waitMs);
  }

  private look(): void {
    const { chokes } = this.choke;
    const frame = this.tracks.video === null ? null : (this.peer?.newestFrame ?? null);
    const now = performance.now();
    this.choke.handleFrame(frame, now);
    if (this.choke.chokes !== chokes) this.listener.choked(this.choke.chokes, now);
    if (this.start.takeEnd(now)) this.wishPicture();
  }

  private hear(packets: number): void {
    if (packets !== this.heardPackets) this.heardAt = performance.now();
    this.heardPackets = packets;
  }

  private async watch(peer: Peer, bytes: number | null): Promise<void> {
    // A restart of the page's own waits for its confirmation, and so for the line, not for repair.
    const path = this.owed === null || peer.unconfirmed ? pathOf(peer.state) : 'down';
    const expecting = this.listener.expecting();
    const sample = { path, bytes, expecting, answerable: this.answerable } as const;
    const repair = this.plan.handleSample(sample, performance.now());
    if (repair !== null) await this.repair(this.owed ?? repair);
  }
}
