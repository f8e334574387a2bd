/** The other person, large, in a softly lit room. Never a spinner over a face. */

import { css, html, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import { base, buttons, QuietElement } from './element';
import './scene';
import './still';
import { t } from '../i18n/language';
import { Frames } from '../media/frames';
import type { Picture } from '../media/freeze-watch';
import type { Followed } from '../media/quality-reports';
import type { Still } from '../media/still-assembler';
import { useSpeaker } from '../media/speaker';

const LOOK_MS = 250;

@customElement('qr-tile')
export class Tile extends QuietElement {
  static override styles = [
    base,
    buttons,
    css`
      :host {
        container-type: size;
        position: relative;
        overflow: hidden;
        border-radius: var(--round-picture);
        background: linear-gradient(
          180deg,
          color-mix(in oklab, var(--warm-sky) var(--warmth), var(--clear-sky)),
          color-mix(in oklab, var(--warm-wall) var(--warmth), var(--clear-wall)) 62%,
          color-mix(in oklab, var(--warm-floor) var(--warmth), var(--clear-floor))
        );
      }
      video {
        position: absolute;
        inset: 0;
        inline-size: 100%;
        block-size: 100%;
        object-fit: cover;
        opacity: 0;
        transition: opacity var(--fade);
      }
      video.seen {
        opacity: 1;
      }
      video.dim {
        opacity: 0.9;
      }
      .place {
        position: absolute;
        inset: 0;
        display: grid;
        grid-template-rows: 1fr auto;
        justify-items: center;
        padding: 16px;
      }
      qr-scene {
        inline-size: min(620px, 100%);
        block-size: 100%;
        min-block-size: 0;
        align-self: end;
      }
      .note {
        text-align: center;
        padding: 12px 20px 16px;
      }
      .who {
        font-size: var(--sentence);
        line-height: 1.4;
      }
      .sub {
        color: var(--ink-2);
      }
      /* Little height: the words alone, none of them cut. */
      @container (max-height: 260px) {
        .place {
          grid-template-rows: 1fr;
          align-items: center;
          padding: 4px 8px;
          overflow-y: auto;
        }
        qr-scene {
          display: none;
        }
        .note {
          padding: 4px 8px;
        }
        .who {
          font-size: var(--body);
          font-weight: 600;
        }
        .sub {
          font-size: 0.9375rem;
          line-height: 1.45;
        }
        /* One's own picture stands in the corner at the end: the words keep clear of it. */
        :host([beside]) .note {
          padding-inline-end: 112px;
          text-align: start;
        }
      }
      .hear {
        position: absolute;
        inset-block-end: 24px;
        inset-inline-start: 50%;
        transform: translateX(-50%);
      }
      @media (prefers-reduced-motion: reduce) {
        video {
          transition-duration: 100ms;
        }
      }
    `,
  ];

  @property() name = '';
  /** Someone is in the room, seen or not. */
  @property({ type: Boolean }) present = false;
  @property({ type: Boolean }) camera = false;
  /** The path is down: the last picture stays for a moment, a little dimmer. */
  @property({ type: Boolean }) dim = false;
  @property({ attribute: false }) audioTrack: MediaStreamTrack | null = null;
  @property({ attribute: false }) videoTrack: MediaStreamTrack | null = null;
  /** The last still, where the line is too narrow for the picture. */
  @property({ attribute: false }) still: Still | null = null;
  /** One's own picture stands in the upper corner. */
  @property({ type: Boolean, reflect: true }) beside = false;
  @property() headline = '';
  @property() detail = '';
  /** Where the sound comes out; empty for the system's own choice. */
  @property() speaker = '';
  @property({ type: Boolean }) soundFine = false;
  /** Where whoever counts freezes finds this picture. */
  @property({ attribute: false }) pictures: Set<Followed> | null = null;
  @state() private picture: Picture = 'moving';
  @state() private seen = false;
  @state() private silenced = false;
  private told: Picture = 'moving';

  private readonly frames = new Frames();

  override connectedCallback(): void {
    super.connectedCallback();
    const timer = window.setInterval(() => this.look(), LOOK_MS);
    this.while(() => window.clearInterval(timer));
    this.while(() => this.pictures?.delete(this.frames));
  }

  override render() {
    const still = this.slow;
    const shown = still === null && this.pictured;
    return html`
      ${shown || still !== null ? nothing : this.placeholder()}
      <audio data-testid="remote-audio" autoplay></audio>
      <video
        class="${shown ? 'seen' : ''} ${this.dim || this.picture === 'stuck' ? 'dim' : ''}"
        data-testid="remote-video"
        aria-label=${t('room.other.picture', { name: this.name })}
        muted
        playsinline
        autoplay
      ></video>
      <qr-still .still=${still} .name=${this.name}></qr-still>
      ${this.silenced ? this.hearButton() : nothing}
    `;
  }

  private hearButton() {
    return html`
      <button class="primary hear" @click=${() => void this.hear()}>${t('room.hear')}</button>
    `;
  }

  private get pictured(): boolean {
    return this.present && this.camera && this.seen && this.picture !== 'gone';
  }

  /** The still to show: only where no picture moves. */
  private get slow(): Still | null {
    const moves = this.seen && this.picture === 'moving';
    return this.present && this.camera && !moves ? this.still : null;
  }

  private placeholder() {
    return html`
      <div class="place">
        <qr-scene .guest=${this.present ? firstLetter(this.name) : ''}></qr-scene>
        <div class="note">
          <p class="who">${this.headline}</p>
          <p class="sub">
            ${this.picture === 'gone' && this.soundFine ? t('room.sound.fine') : this.detail}
          </p>
        </div>
      </div>
    `;
  }

  override updated(changes: PropertyValues<this>): void {
    if (changes.has('audioTrack')) this.attachSound();
    if (changes.has('videoTrack')) this.attachPicture();
    if (changes.has('speaker') && this.sound !== null) void useSpeaker(this.sound, this.speaker);
    if (!changes.has('camera')) return;
    this.frames.reset();
    if (this.camera) this.watch();
    else this.seen = false;
  }

  private get video(): HTMLVideoElement | null {
    return this.renderRoot.querySelector('video');
  }

  /** Apart from the picture: an element that waits for its first picture makes no sound either. */
  private get sound(): HTMLAudioElement | null {
    return this.renderRoot.querySelector('audio');
  }

  /** After a phone call the elements may be deaf to their tracks: give them to them anew. */
  reattach(): void {
    this.attachSound();
    this.attachPicture();
  }

  private attachSound(): void {
    if (this.sound === null) return;
    this.sound.srcObject = streamOf(this.audioTrack);
    if (this.audioTrack !== null) void this.hear();
  }

  private attachPicture(): void {
    const video = this.video;
    if (video === null) return;
    video.muted = true;
    video.srcObject = streamOf(this.videoTrack);
    this.seen = false;
    this.frames.reset();
    if (this.videoTrack === null) return;
    void video.play().catch(() => undefined);
    this.watch();
  }

  private async hear(): Promise<void> {
    try {
      await this.sound?.play();
      this.silenced = false;
    } catch (error) {
      // The browser wants a tap before it makes a sound; anything else is a track being replaced.
      if (error instanceof Error && error.name === 'NotAllowedError') this.silenced = true;
    }
  }

  private look(): void {
    this.picture = this.camera && this.seen ? this.frames.picture : 'moving';
    // With a slow picture in its place nothing is stuck.
    const told = this.slow === null ? this.picture : 'moving';
    if (told === this.told) return;
    this.told = told;
    this.say('picture', told);
  }

  /** Tell of the next decoded picture. */
  private watch(): void {
    const video = this.video;
    if (video === null) return;
    const found = (): void => {
      if (video !== this.video || video.videoWidth === 0) return;
      this.seen = true;
      this.say('first-frame');
      this.frames.follow(video);
      this.pictures?.add(this.frames);
    };
    if ('requestVideoFrameCallback' in video) video.requestVideoFrameCallback(found);
    else (video as HTMLVideoElement).addEventListener('loadeddata', found, { once: true });
  }
}

function streamOf(track: MediaStreamTrack | null): MediaStream | null {
  return track === null ? null : new MediaStream([track]);
}

/** The first letter as a reader sees it, whatever it is made of. */
function firstLetter(name: string): string {
  const [first] = new Intl.Segmenter().segment(name);
  return first?.segment ?? '';
}
