/** Record a voice note, listen to it, and send it or not. The microphone is on only between two taps. */

import { css, html } from 'lit';
import { customElement, state } from 'lit/decorators.js';

import { lengthOf } from './file-words';
import { MOST_MS, type Recorded, Recorder, typeOfRecorder } from './recorder';
import { sayingStyle } from './sheet-style';
import type { Chosen } from './uploads';
import './voice-note';
import { type Key, t } from '../i18n/language';
import { base, buttons, QuietElement } from '../ui/element';
import '../ui/sheet';

const NAME = 'voice';

type Stage =
  | { readonly kind: 'ready'; readonly trouble: Key | null }
  | { readonly kind: 'asking' }
  | { readonly kind: 'recording'; readonly recorder: Recorder }
  | { readonly kind: 'recorded'; readonly recorded: Recorded };

@customElement('qr-voice-sheet')
export class VoiceSheet extends QuietElement {
  static override styles = [
    base,
    buttons,
    sayingStyle,
    css`
      .stage {
        display: grid;
        gap: 16px;
        margin-block-start: 12px;
      }
      .clock {
        font-size: var(--sentence);
        font-variant-numeric: tabular-nums;
      }
      progress {
        inline-size: 100%;
        block-size: 8px;
        accent-color: var(--zhe);
      }
    `,
  ];

  @state() private stage: Stage = { kind: 'ready', trouble: null };
  @state() private ms = 0;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    if (this.stage.kind === 'recording') this.stage.recorder.drop();
  }

  /** What was tapped is gone: whoever uses keys goes on with what took its place. */
  override updated(changed: Map<PropertyKey, unknown>): void {
    if (changed.get('stage') === undefined) return;
    this.renderRoot.querySelector<HTMLElement>('.stage button')?.focus();
  }

  override render() {
    return html`
      <qr-sheet heading=${t('voice.title')} data-testid="voice-sheet">
        ${this.body()}
        <p class="unseen" role="status">
          ${this.stage.kind === 'recording' ? t('voice.recording') : ''}
        </p>
      </qr-sheet>
    `;
  }

  private body() {
    switch (this.stage.kind) {
      case 'ready':
        return this.ready(this.stage.trouble);
      case 'asking':
        return html`
          <p class="about" role="status">${t('voice.asking')}</p>
        `;
      case 'recording':
        return this.recording(this.stage.recorder);
      case 'recorded':
        return this.recorded(this.stage.recorded);
    }
  }

  private ready(trouble: Key | null) {
    return html`
      <div class="stage">
        <p class="about">${t('voice.about')}</p>
        <p class="trouble" role="alert">${trouble === null ? '' : t(trouble)}</p>
        <button class="primary" data-testid="record-voice" @click=${() => void this.record()}>
          ${t('voice.record')}
        </button>
      </div>
    `;
  }

  private recording(recorder: Recorder) {
    return html`
      <div class="stage">
        <p class="clock" role="timer">
          ${t('voice.recording')} ${lengthOf(this.ms)} / ${lengthOf(MOST_MS)}
        </p>
        <progress max=${MOST_MS} .value=${this.ms} aria-hidden="true"></progress>
        <button class="primary" data-testid="stop-voice" @click=${() => recorder.stop()}>
          ${t('voice.stop')}
        </button>
      </div>
    `;
  }

  private recorded({ bytes, ms }: Recorded) {
    return html`
      <div class="stage">
        <p class="about">${t('voice.review')}</p>
        <qr-voice-note .bytes=${bytes} .ms=${ms}></qr-voice-note>
        <div class="row">
          <button class="primary" data-testid="send-voice" @click=${() => this.send(bytes, ms)}>
            ${t('voice.send')}
          </button>
          <button class="plain" @click=${() => (this.stage = { kind: 'ready', trouble: null })}>
            ${t('voice.again')}
          </button>
        </div>
      </div>
    `;
  }

  private async record(): Promise<void> {
    const type = typeOfRecorder();
    if (type === null) {
      this.stage = { kind: 'ready', trouble: 'voice.unable' };
      return;
    }
    this.stage = { kind: 'asking' };
    let stream: MediaStream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch (error) {
      this.stage = { kind: 'ready', trouble: troubleOf(error) };
      return;
    }
    // Closed in the meantime: the microphone is not left on.
    if (!this.isConnected) {
      for (const track of stream.getTracks()) track.stop();
      return;
    }
    this.ms = 0;
    const done = (recorded: Recorded): void => void (this.stage = { kind: 'recorded', recorded });
    const recorder = new Recorder({ stream, type, tick: (ms) => (this.ms = ms), done });
    this.stage = { kind: 'recording', recorder };
  }

  private send(bytes: Blob, ms: number): void {
    this.say('send-file', { kind: 'voice', name: NAME, bytes, ms } satisfies Chosen);
    this.say('close-sheet');
  }
}

function troubleOf(error: unknown): Key {
  const name = error instanceof DOMException ? error.name : '';
  return name === 'NotFoundError' ? 'voice.missing' : 'voice.denied';
}
