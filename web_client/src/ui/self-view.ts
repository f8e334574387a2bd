/** One's own picture: small, and gone after a while, because most people would rather not watch it. */

import { css, html, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import { base, buttons, QuietElement } from './element';
import './icon';
import { t } from '../i18n/language';

@customElement('qr-self-view')
export class SelfView extends QuietElement {
  static override styles = [
    base,
    buttons,
    css`
      :host {
        position: absolute;
        inset: auto 16px 16px auto;
      }
      /* Without the other's picture the words stand below: out of their way. */
      :host([high]) {
        inset: 16px 16px auto auto;
      }
      @media (max-width: 640px) {
        :host([high]) {
          inset: 8px 8px auto auto;
        }
      }
      video {
        display: block;
        inline-size: clamp(96px, 18vmin, 200px);
        aspect-ratio: 4 / 3;
        object-fit: cover;
        transform: scaleX(-1);
        border-radius: var(--round-card);
        background: var(--sunken);
        box-shadow: 0 0 0 2px var(--surface);
        /* One's own face, too, where it is part of what is recorded or held: the room says so. */
        border: var(--own-edge, 0);
        transition: opacity 600ms ease-out;
      }
      button {
        padding: 6px 12px;
        background: var(--surface);
        color: var(--ink-2);
        border-radius: var(--round-card);
        font-size: var(--caption);
        display: flex;
        align-items: center;
        gap: 6px;
      }
      button:hover {
        color: var(--ink);
      }
      .hide {
        position: absolute;
        inset: auto 0 0 auto;
        opacity: 0;
      }
      .frame {
        position: relative;
        inline-size: max-content;
        margin-inline-start: auto;
      }
      :host([excluded]) video {
        border: 0;
      }
      /* On a ground of its own, never on the picture; plum is of recordings alone. */
      .tag {
        inline-size: fit-content;
        max-inline-size: clamp(116px, 18vmin, 200px);
        margin-block-start: 4px;
        margin-inline-start: auto;
        padding: 2px 8px;
        border: 1px solid var(--zi);
        border-radius: var(--round-control);
        background: var(--zi-ground);
        color: var(--zi);
        font-size: var(--caption);
        line-height: 1.35;
        text-align: center;
      }
      .frame:hover .hide,
      .hide:focus-visible {
        opacity: 1;
      }
      @media (hover: none) {
        .hide {
          display: none;
        }
      }
    `,
  ];

  @property({ attribute: false }) track: MediaStreamTrack | null = null;
  /** How long the picture stays, in ms. */
  @property({ type: Number }) stay = 20_000;
  /** It is recorded now, and this picture is not: that stands with it. */
  @property({ type: Boolean, reflect: true }) excluded = false;
  /** Stand in the upper corner, because there are words in the lower. */
  @property({ type: Boolean, reflect: true }) high = false;
  @state() private shown = true;
  private timer: number | undefined;

  /** Bring the picture back for a while. */
  show(): void {
    this.shown = true;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => (this.shown = false), this.stay);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.clearTimeout(this.timer);
  }

  override render() {
    if (this.track === null) return nothing;
    if (!this.shown) {
      return html`
        <button @click=${() => this.show()}>
          <qr-icon name="self"></qr-icon>
          ${t('room.self.show')}
        </button>
        ${this.tag()}
      `;
    }
    return html`
      <div class="frame">
        <video
          data-testid="self-video"
          aria-label=${t('room.self')}
          muted
          playsinline
          autoplay
        ></video>
        <button class="hide" @click=${() => (this.shown = false)}>${t('room.self.hide')}</button>
      </div>
      ${this.tag()}
    `;
  }

  private tag() {
    if (!this.excluded) return nothing;
    return html`
      <p class="tag" data-testid="own-not-recorded">${t('rec.excluded.video')}</p>
    `;
  }

  override updated(changes: PropertyValues<this>): void {
    if (changes.has('track') && this.track !== null) this.show();
    const video = this.renderRoot.querySelector('video');
    if (video === null || this.track === null) return;
    const held = video.srcObject instanceof MediaStream ? video.srcObject.getTracks()[0] : null;
    if (held === this.track) return;
    video.muted = true;
    video.srcObject = new MediaStream([this.track]);
  }
}
