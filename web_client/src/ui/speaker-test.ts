/** "Play a sound": did you hear it? If not, one thing to try, and again. */

import { css, html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import { base, buttons, QuietElement } from './element';
import { t } from '../i18n/language';
import { playTestSound } from '../media/speaker';

type Step = 'ready' | 'playing' | 'asking' | 'heard' | 'unheard';

@customElement('qr-speaker-test')
export class SpeakerTest extends QuietElement {
  static override styles = [
    base,
    buttons,
    css`
      :host {
        margin-block-start: 10px;
      }
      .choices {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        margin-block-start: 8px;
      }
      p + button {
        margin-block-start: 8px;
      }
    `,
  ];

  @property() speaker = '';
  @state() private step: Step = 'ready';

  override render() {
    return html`
      <div role="status">${this.words()}</div>
    `;
  }

  private words() {
    switch (this.step) {
      case 'ready':
      case 'playing':
        return this.player('devices.play');
      case 'asking':
        return html`
          <p>${t('devices.played')}</p>
          <div class="choices">
            <button class="plain" data-testid="heard" @click=${() => (this.step = 'heard')}>
              ${t('devices.yes')}
            </button>
            <button class="plain" data-testid="unheard" @click=${() => (this.step = 'unheard')}>
              ${t('devices.no')}
            </button>
          </div>
        `;
      case 'heard':
        return html`
          <p>${t('devices.good')}</p>
          ${this.player('devices.replay')}
        `;
      case 'unheard':
        return html`
          <p>${t('devices.louder')}</p>
          ${this.player('devices.replay')}
        `;
    }
  }

  private player(word: 'devices.play' | 'devices.replay') {
    return html`
      <button
        class="plain"
        data-testid="play-sound"
        ?disabled=${this.step === 'playing'}
        @click=${() => void this.play()}
      >
        ${t(word)}
      </button>
    `;
  }

  private async play(): Promise<void> {
    this.step = 'playing';
    // A browser that will not play leaves the question the same: it was not heard.
    await playTestSound(this.speaker).catch(() => undefined);
    this.step = 'asking';
  }
}
