/** Sound and devices: which microphone, camera and speaker, and whether each works. */

import { css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';

import { base, buttons, QuietElement } from './element';
import './sheet';
import './speaker-test';
import { type Key, t } from '../i18n/language';
import type { Call } from '../media/call';
import type { Kind } from '../media/peer';
import { canChooseSpeaker } from '../media/speaker';

const TICK_MS = 100;
/** The quietest and the loudest the bar shows, in dBFS. */
const QUIET_DB = -60;
const LOUD_DB = -10;
const HEARD_DB = -45;

@customElement('qr-devices-sheet')
export class DevicesSheet extends QuietElement {
  static override styles = [
    base,
    buttons,
    css`
      :host {
        display: contents;
      }
      section + section {
        margin-block-start: 20px;
        padding-block-start: 20px;
        border-block-start: 1px solid var(--hair);
      }
      h3 {
        font-weight: 600;
        margin-block-end: 6px;
      }
      select {
        font: inherit;
        color: inherit;
        inline-size: 100%;
        min-block-size: 48px;
        padding: 8px 12px;
        background: var(--surface);
        border: 1px solid var(--edge);
        border-radius: var(--round-control);
        text-overflow: ellipsis;
      }
      .words {
        color: var(--ink-2);
        margin-block-start: 10px;
      }
      .bar {
        margin-block-start: 8px;
        block-size: 12px;
        border-radius: 6px;
        background: var(--sunken);
        border: 1px solid var(--edge);
        overflow: hidden;
      }
      .bar span {
        display: block;
        block-size: 100%;
        inline-size: 100%;
        background: var(--qing);
        transform-origin: 0 50%;
        transform: scaleX(var(--level, 0));
      }
      .bar:dir(rtl) span {
        transform-origin: 100% 50%;
      }
      section > button {
        margin-block-start: 10px;
      }
    `,
  ];

  @property({ attribute: false }) call!: Call;
  @property() speaker = '';
  @state() private found: readonly MediaDeviceInfo[] = [];
  @state() private heard = false;
  @query('.bar') private readonly bar!: HTMLElement | null;

  override connectedCallback(): void {
    super.connectedCallback();
    const look = (): void => void this.look();
    // An insecure page has no devices at all, whatever the type says.
    const devices = navigator.mediaDevices as MediaDevices | undefined;
    devices?.addEventListener('devicechange', look);
    this.while(() => devices?.removeEventListener('devicechange', look));
    this.while(this.call.onChange(look));
    const timer = window.setInterval(() => this.showLevel(), TICK_MS);
    this.while(() => window.clearInterval(timer));
    look();
  }

  override render() {
    return html`
      <qr-sheet place="corner" heading=${t('devices.title')} data-testid="devices">
        <section>
          <h3 id="microphone">${t('dock.mic')}</h3>
          ${this.choice('audioinput', 'dock.mic', 'audio')} ${this.microphone()}
        </section>
        <section>
          <h3>${t('dock.camera')}</h3>
          ${this.choice('videoinput', 'dock.camera', 'video')}
          <p class="words">${t('devices.camera.words')}</p>
        </section>
        <section>
          <h3>${t('devices.speaker')}</h3>
          ${canChooseSpeaker() ? this.speakers() : nothing}
          <qr-speaker-test .speaker=${this.speaker}></qr-speaker-test>
        </section>
      </qr-sheet>
    `;
  }

  private microphone() {
    if (!this.call.own.isOn('audio')) {
      return html`
        <p class="words">${t('devices.mic.off')}</p>
        <button class="plain" @click=${() => this.say('turn', { kind: 'audio', on: true })}>
          ${t('devices.mic.on')}
        </button>
      `;
    }
    return html`
      <p class="words" data-testid="level-words">
        ${t(this.heard ? 'devices.heard' : 'devices.speak')}
      </p>
      <div
        class="bar"
        data-testid="level"
        role="meter"
        aria-labelledby="microphone"
        aria-valuemin="0"
        aria-valuemax="100"
      >
        <span></span>
      </div>
    `;
  }

  private choice(type: MediaDeviceKind, word: Key, kind: Kind) {
    const all = this.of(type);
    if (all.length === 0) return nothing;
    const now = this.call.own.held(kind)?.getSettings().deviceId ?? '';
    return html`
      <select
        data-testid=${`choose-${kind}`}
        aria-label=${t(word)}
        @change=${(event: Event) => void this.call.own.choose(kind, chosen(event))}
      >
        ${
          now === ''
            ? html`
                <option value="" selected disabled>${t('devices.not_on')}</option>
              `
            : nothing
        }
        ${all.map((device, place) => option(device, now, `${t(word)} ${place + 1}`))}
      </select>
    `;
  }

  private speakers() {
    const all = this.of('audiooutput').filter((device) => device.deviceId !== 'default');
    return html`
      <select
        data-testid="choose-speaker"
        aria-label=${t('devices.speaker')}
        @change=${(event: Event) => this.say('choose-speaker', chosen(event))}
      >
        <option value="" ?selected=${this.speaker === ''}>${t('devices.speaker.default')}</option>
        ${all.map((device, place) =>
          option(device, this.speaker, `${t('devices.speaker')} ${place + 1}`),
        )}
      </select>
    `;
  }

  /** Before a permission the browser tells that there are some, but not which. */
  private of(type: MediaDeviceKind): readonly MediaDeviceInfo[] {
    return this.found.filter(({ kind, deviceId }) => kind === type && deviceId !== '');
  }

  private async look(): Promise<void> {
    const devices = navigator.mediaDevices as MediaDevices | undefined;
    this.found = (await devices?.enumerateDevices().catch(() => [])) ?? [];
    this.requestUpdate();
  }

  private showLevel(): void {
    const level = this.call.watch.level();
    if (level === null || this.bar === null) return;
    const share = Math.min(1, Math.max(0, (level - QUIET_DB) / (LOUD_DB - QUIET_DB)));
    this.bar.style.setProperty('--level', share.toFixed(2));
    this.bar.setAttribute('aria-valuenow', String(Math.round(share * 100)));
    if (level > HEARD_DB) this.heard = true;
  }
}

function chosen(event: Event): string {
  return (event.target as HTMLSelectElement).value;
}

function option({ deviceId, label }: MediaDeviceInfo, now: string, otherwise: string) {
  return html`
    <option value=${deviceId} ?selected=${deviceId === now}>${label || otherwise}</option>
  `;
}
