/**
 * One RTCPeerConnection to the gateway: own sound and picture up, fixed receive slots down, two
 * data channels. It is negotiated once; after that a microphone or a camera goes on and off without
 * a new offer, and only a lost path is offered again.
 */

import { preferCodecs } from './codecs';
import { fragmentOf, readAnswer } from './foresight';
import { firstEncodings, PictureSender } from './picture';
import { askForLostVoice } from './voice-repair';
import { answerWith, bound, sameAnswer, VOICE, type VoiceSettings } from './voice-settings';
import type { IceServer, Offer, Reply } from '../protocol/wire';

export type Kind = 'audio' | 'video';

export interface PeerListener {
  /** The connection's state or its protection changed. */
  changed(): void;
  /** The text channel opened, or is gone (null). */
  textChannel(channel: RTCDataChannel | null): void;
  textMessage(data: string): void;
  /** A chunk of somebody's still came. */
  stillMessage(data: ArrayBuffer): void;
  /** Sound arrives for the first time on the slot with this mid. */
  firstAudio(mid: string): void;
}

export interface PeerOptions {
  readonly iceServers: readonly IceServer[];
  readonly slots: number;
  readonly listener: PeerListener;
  /** Carries an offer to the gateway and brings its reply. Rejects when the line is lost. */
  readonly negotiate: (offer: Offer) => Promise<Reply>;
}

/** So long an offer that restarts waits for its answer before the page writes it for itself. */
const FORESEE_MS = 300;

/** So long a restart that nobody was asked for is given before the next. */
const RESTART_MS = 5_000;

const STILL_LIFE_MS = 2_500;

/** How an offer went: answered, refused with a code, or lost on the way (to be tried again). */
export type Negotiated = { kind: 'done' } | { kind: 'refused'; code: string } | { kind: 'lost' };

export class Peer {
  private readonly connection: RTCPeerConnection;
  private readonly senders: Record<Kind, RTCRtpTransceiver>;
  /** As what one's own picture is sent. */
  readonly picture: PictureSender;
  private readonly text: RTCDataChannel;
  private readonly beat: RTCDataChannel;
  private readonly still: RTCDataChannel;
  private closed = false;
  private negotiating: Promise<Negotiated> | null = null;
  private nextAnswer: string | null = null;
  /** When the path was last restarted without asking, while the gateway's word on it is owed. */
  private takenAt: number | null = null;
  private foreseeing: Promise<void> = Promise.resolve();
  private voice: VoiceSettings = VOICE.clear;
  /** The gateway's last answer, as it wrote it, and how the voice stands in it since. */
  private answer: { readonly sdp: string; readonly voice: VoiceSettings } | null = null;
  private rewriting: Promise<void> = Promise.resolve();

  constructor(private readonly options: PeerOptions) {
    this.connection = new RTCPeerConnection({
      iceServers: options.iceServers.map(toIceServer),
      bundlePolicy: 'max-bundle',
    });
    this.senders = { audio: this.addSender('audio'), video: this.addSender('video') };
    this.picture = new PictureSender(this.senders.video.sender);
    for (let slot = 0; slot < options.slots; slot++) {
      this.addReceiver('audio');
      this.addReceiver('video');
    }
    this.text = this.connection.createDataChannel('text', { ordered: true });
    this.beat = this.connection.createDataChannel('beat', { ordered: false, maxRetransmits: 0 });
    // What is not there after this long is of a moment gone by (docs/protocol.md, Stills).
    this.still = this.connection.createDataChannel('still', {
      ordered: false,
      maxPacketLifeTime: STILL_LIFE_MS,
    });
    this.still.binaryType = 'arraybuffer';
    this.listen(options.listener);
  }

  get state(): RTCPeerConnectionState {
    return this.connection.connectionState;
  }

  /** True only while DTLS is up: sound and picture are encrypted on their way to the gateway. */
  get encrypted(): boolean {
    return this.senders.audio.sender.transport?.state === 'connected';
  }

  /** The path was restarted without the gateway's word: its answer is still owed. */
  get unconfirmed(): boolean {
    return this.takenAt !== null;
  }

  /** The gateway has promised how it will answer the next restart. */
  get promised(): boolean {
    return this.nextAnswer !== null;
  }

  /** Offer to the gateway; `restart` moves the path, `fresh` asks for a new endpoint. */
  async negotiate(how: { restart?: boolean; fresh?: boolean } = {}): Promise<Negotiated> {
    this.negotiating ??= this.offer(how).finally(() => (this.negotiating = null));
    return this.negotiating;
  }

  /** Put a track on the wire, or take it off; never a new offer. */
  async send(kind: Kind, track: MediaStreamTrack | null): Promise<void> {
    if (!this.closed) await this.senders[kind].sender.replaceTrack(track);
  }

  /** Send the voice like this from now on. The gateway is not asked: it takes what comes. */
  async speak(voice: VoiceSettings): Promise<void> {
    this.voice = voice;
    this.rewriting = this.rewriting.then(() => this.rewrite());
    await this.rewriting;
    await this.boundVoice();
  }

  private async boundVoice(): Promise<void> {
    const { sender } = this.senders.audio;
    const parameters = sender.getParameters();
    if (!this.closed && bound(parameters, this.voice))
      await sender.setParameters(parameters).catch(() => undefined);
  }

  /** The last frame that was played in the slot with this mid; null where none was lately. */
  lastFrame(mid: string | null): RTCRtpSynchronizationSource | null {
    if (mid === null) return null;
    const found = this.connection.getTransceivers().find((other) => other.mid === mid);
    return found?.receiver.getSynchronizationSources()[0] ?? null;
  }

  /** The timestamp of the newest frame that was played of any voice; null while none has come. */
  get newestFrame(): number | null {
    const found = this.connection
      .getTransceivers()
      .filter(({ receiver }) => receiver.track.kind === 'audio')
      .flatMap(({ receiver }) => receiver.getSynchronizationSources().slice(0, 1))
      .sort((one, other) => other.timestamp - one.timestamp)[0];
    return found?.rtpTimestamp ?? null;
  }

  /** Play what others send no sooner than this after it came; null leaves it to the browser. */
  waitFor(kind: Kind, ms: number | null): void {
    for (const { receiver } of this.connection.getTransceivers())
      if (receiver.track.kind === kind && receiver.jitterBufferTarget !== ms)
        receiver.jitterBufferTarget = ms;
  }

  /** What arrives in the slot with this mid. */
  received(mid: string | null): MediaStreamTrack | null {
    if (mid === null) return null;
    const found = this.connection.getTransceivers().find((other) => other.mid === mid);
    return found?.receiver.track ?? null;
  }

  /** Say "I am here" when no track of one's own says it. */
  sendBeat(): void {
    if (this.beat.readyState === 'open' && this.beat.bufferedAmount === 0) this.beat.send('1');
  }

  /** Something waits before a chunk of a still: text goes first, and one chunk at a time. */
  get stillsHeld(): boolean {
    const { still, text } = this;
    return still.readyState !== 'open' || still.bufferedAmount > 0 || text.bufferedAmount > 0;
  }

  sendStill(chunk: Uint8Array<ArrayBuffer>): void {
    if (this.still.readyState === 'open') this.still.send(chunk);
  }

  getStats(): Promise<RTCStatsReport> {
    return this.connection.getStats();
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.picture.close();
    this.connection.close();
    this.options.listener.textChannel(null);
  }

  private async offer(how: { restart?: boolean; fresh?: boolean }): Promise<Negotiated> {
    let timer = 0;
    await this.rewriting;
    try {
      if (how.restart === true && !this.tells) this.connection.restartIce();
      await this.describe();
      const sdp = this.connection.localDescription?.sdp ?? '';
      timer = window.setTimeout(() => {
        this.foreseeing = this.foresee();
      }, FORESEE_MS);
      const reply = await this.options.negotiate({
        type: 'offer',
        sdp,
        fresh: how.fresh === true,
      });
      window.clearTimeout(timer);
      await this.foreseeing;
      if (reply.type !== 'answer') {
        return { kind: 'refused', code: reply.type === 'refused' ? reply.code : 'malformed' };
      }
      return await this.handleAnswer(reply.sdp);
    } catch {
      window.clearTimeout(timer);
      await this.foreseeing;
      await this.foresee();
      return { kind: 'lost' };
    }
  }

  private async handleAnswer(answer: string): Promise<Negotiated> {
    const { sdp, next } = readAnswer(answer);
    // Foreseen and told are the same answer: the second changes nothing.
    if (this.connection.signalingState === 'have-local-offer') await this.take(sdp);
    this.nextAnswer = next;
    this.takenAt = null;
    const known = fragmentOf(this.connection.remoteDescription?.sdp ?? '');
    // Another one is another endpoint's: the gateway had lost the one that promised.
    return fragmentOf(sdp) === known
      ? { kind: 'done' }
      : { kind: 'refused', code: 'offer_changed' };
  }

  /** What was restarted without asking is up or under way: an offer only tells of it. */
  private get tells(): boolean {
    if (this.takenAt === null || this.state === 'failed') return false;
    return this.state === 'connected' || performance.now() - this.takenAt < RESTART_MS;
  }

  /**
   * The line says nothing. Restart the path without it, where the gateway has promised how. The
   * promise holds for every restart until the gateway has answered one: of a network that is dead
   * for long none comes through but the last.
   */
  private async foresee(): Promise<void> {
    const sdp = this.nextAnswer ?? (this.takenAt === null ? null : (this.answer?.sdp ?? null));
    if (sdp === null || this.connection.signalingState !== 'have-local-offer') return;
    this.nextAnswer = null;
    this.takenAt = performance.now();
    await this.take(sdp).catch(() => undefined);
  }

  private async take(sdp: string): Promise<void> {
    const voice = this.voice;
    await this.connection.setRemoteDescription({ type: 'answer', sdp: answerWith(sdp, voice) });
    this.answer = { sdp, voice };
    // An answer wakes every encoding, in Chromium: a line that carries voice alone would be filled.
    await this.picture.wishAgain();
  }

  /** Give the browser its last answer again, with the voice as it is to be sent now. */
  private async rewrite(): Promise<void> {
    const { answer, voice } = this;
    // While an offer is under way, its answer brings it.
    if (answer === null || sameAnswer(answer.voice, voice) || this.negotiating !== null) return;
    if (this.closed || this.connection.signalingState !== 'stable') return;
    try {
      await this.describe();
      await this.take(answer.sdp);
    } catch {
      // This browser takes no second answer: the voice goes on as it was.
      this.answer = { sdp: answer.sdp, voice };
      await this.connection.setLocalDescription({ type: 'rollback' }).catch(() => undefined);
    }
  }

  private async describe(): Promise<void> {
    const offer = await this.connection.createOffer();
    try {
      const sdp = askForLostVoice(offer.sdp ?? '');
      await this.connection.setLocalDescription({ type: 'offer', sdp });
    } catch {
      // This browser wants its offer as it made it: then lost voice is concealed, not asked for.
      await this.connection.setLocalDescription();
    }
  }

  private addSender(kind: Kind): RTCRtpTransceiver {
    const transceiver = this.connection.addTransceiver(kind, {
      direction: 'sendonly',
      ...(kind === 'video' ? { sendEncodings: firstEncodings() } : {}),
    });
    preferCodecs(transceiver, kind);
    return transceiver;
  }

  private addReceiver(kind: Kind): void {
    const transceiver = this.connection.addTransceiver(kind, { direction: 'recvonly' });
    preferCodecs(transceiver, kind);
    if (kind === 'video') return;
    const heard = (): void => this.options.listener.firstAudio(transceiver.mid ?? '');
    transceiver.receiver.track.addEventListener('unmute', heard, { once: true });
  }

  private listen(listener: PeerListener): void {
    this.connection.addEventListener('connectionstatechange', () => {
      if (!this.closed) listener.changed();
    });
    this.text.addEventListener('open', () => {
      if (!this.closed) listener.textChannel(this.text);
    });
    this.text.addEventListener('close', () => {
      if (!this.closed) listener.textChannel(null);
    });
    this.text.addEventListener('message', (event: MessageEvent<unknown>) => {
      if (!this.closed && typeof event.data === 'string') listener.textMessage(event.data);
    });
    this.still.addEventListener('message', (event: MessageEvent<unknown>) => {
      if (!this.closed && event.data instanceof ArrayBuffer) listener.stillMessage(event.data);
    });
  }
}

function toIceServer({ urls, username, credential }: IceServer): RTCIceServer {
  return username ? { urls, username, credential: credential ?? '' } : { urls };
}
