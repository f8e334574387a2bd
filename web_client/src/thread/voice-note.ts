/** A voice note: a button that plays it, how far it is, and how long. Fetched when somebody wants to hear it. */

import { css, html, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import { lengthOf } from './file-words';
import { type Key, t } from '../i18n/language';
import { base, buttons, QuietElement } from '../ui/element';

@customElement('qr-voice-note')
export class VoiceNote extends QuietElement {
  static override styles = [
    base,
    buttons,
    css`
      .note {
        display: flex;
        align-items: center;
        gap: 12px;
      }
      button {
        flex: none;
        padding-inline: 14px;
      }
      progress {
        inline-size: 96px;
        min-inline-size: 0;
        flex: 1;
        block-size: 6px;
        accent-color: var(--qing);
      }
      .length {
        font-variant-numeric: tabular-nums;
        font-size: var(--caption);
        color: var(--ink-2);
      }
      .trouble {
        font-size: var(--caption);
        color: var(--amber);
      }
    `,
  ];

  /** Where it is fetched from; or `bytes`, of one that is not sent yet. */
  @property() address = '';
  @property({ attribute: false }) bytes: Blob | null = null;
  @property({ type: Number }) ms = 0;
  @state() private playing = false;
  @state() private fetching = false;
  @state() private at = 0;
  @state() private trouble: Key | null = null;
  private audio: HTMLAudioElement | null = null;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.forget();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('address') || changed.has('bytes')) this.forget();
  }

  override render() {
    const length = lengthOf(this.ms);
    const word = t(this.playing ? 'voice.pause' : 'voice.play');
    return html`
      <div class="note">
        <button
          class="plain"
          data-testid="play-voice"
          aria-label=${`${word}. ${t('voice.words', { length })}`}
          ?disabled=${this.fetching}
          @click=${() => void this.toggle()}
        >
          ${word}
        </button>
        <progress max=${this.ms} .value=${this.at} aria-hidden="true"></progress>
        <span class="length" aria-hidden="true">
          ${lengthOf(this.at === 0 ? this.ms : this.at)}
        </span>
      </div>
      <p class="trouble" role="status">${this.trouble === null ? '' : t(this.trouble)}</p>
      ${this.trouble === 'voice.unplayable' ? this.save() : nothing}
    `;
  }

  private save() {
    return html`
      <a class="button link" href=${this.address} download="voice.webm">
        ${t('file.save', { name: t('file.type.voice') })}
      </a>
    `;
  }

  private async toggle(): Promise<void> {
    if (this.playing) {
      this.audio?.pause();
      return;
    }
    const audio = this.audio ?? (await this.open());
    if (audio === null) return;
    try {
      await audio.play();
    } catch {
      this.trouble = 'voice.unplayable';
    }
  }

  /** The whole of it first: it is small, and then plays through whatever the line does. */
  private async open(): Promise<HTMLAudioElement | null> {
    this.trouble = null;
    const bytes = this.bytes ?? (await this.fetched());
    if (bytes === null || !this.isConnected) return null;
    const audio = new Audio(URL.createObjectURL(bytes));
    audio.addEventListener('timeupdate', () => (this.at = audio.currentTime * 1_000));
    audio.addEventListener('play', () => (this.playing = true));
    audio.addEventListener('pause', () => (this.playing = false));
    audio.addEventListener('ended', () => (this.at = 0));
    this.audio = audio;
    return audio;
  }

  private async fetched(): Promise<Blob | null> {
    this.fetching = true;
    try {
      const answer = await fetch(this.address);
      if (answer.ok) return await answer.blob();
    } catch {
      // Said below, as what was refused is.
    } finally {
      this.fetching = false;
    }
    this.trouble = 'file.away';
    return null;
  }

  private forget(): void {
    if (this.audio === null) return;
    this.audio.pause();
    URL.revokeObjectURL(this.audio.src);
    this.audio = null;
    this.playing = false;
    this.at = 0;
  }
}
