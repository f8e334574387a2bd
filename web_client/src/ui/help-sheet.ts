/** Help: the keys there are, and how to be without them. The same for both people. */

import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import { base, buttons, QuietElement } from './element';
import { keysOn, setKeysOn } from './keys';
import './sheet';
import { type Key, t } from '../i18n/language';
import { setTonesOn, tonesOn } from '../recording/tone';

const KEYS: readonly (readonly [string, Key])[] = [
  ['M', 'help.key.microphone'],
  ['V', 'help.key.camera'],
  ['T', 'help.key.text'],
  ['H  ?', 'help.key.help'],
];

@customElement('qr-help-sheet')
export class HelpSheet extends QuietElement {
  static override styles = [
    base,
    buttons,
    css`
      :host {
        display: contents;
      }
      dl {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 8px 20px;
        margin: 0 0 16px;
      }
      dd {
        margin: 0;
      }
      kbd {
        font: inherit;
        font-weight: 600;
        white-space: pre;
      }
      .off {
        color: var(--ink-2);
      }
      label {
        display: flex;
        align-items: center;
        gap: 12px;
        min-block-size: 48px;
        cursor: pointer;
      }
      input {
        inline-size: 24px;
        block-size: 24px;
        margin: 0;
        accent-color: var(--qing);
      }
      .words {
        color: var(--ink-2);
        margin-block-end: 16px;
      }
    `,
  ];

  /** This page has a way to be gone at once. */
  @property({ type: Boolean }) exit = false;
  @state() private on = keysOn();

  override render() {
    return html`
      <qr-sheet place="dock" heading=${t('help.title')}>
        <p class="words">${t('help.words')}</p>
        <dl class=${this.on ? '' : 'off'}>
          ${KEYS.map(
            ([key, what]) => html`
              <dt><kbd>${key}</kbd></dt>
              <dd>${t(what)}</dd>
            `,
          )}
          ${
            this.exit
              ? html`
                  <dt><kbd>Esc × 3</kbd></dt>
                  <dd>${t('exit.quick')}</dd>
                `
              : nothing
          }
        </dl>
        <label>
          <input
            type="checkbox"
            data-testid="single-keys"
            .checked=${this.on}
            @change=${(event: Event) => this.switchKeys(event)}
          />
          ${t('help.single')}
        </label>
        <label>
          <input
            type="checkbox"
            data-testid="tones"
            .checked=${tonesOn()}
            @change=${(event: Event) => setTonesOn((event.target as HTMLInputElement).checked)}
          />
          ${t('rec.tones')}
        </label>
        <button class="plain" @click=${() => this.say('open-devices')}>
          ${t('devices.title')}
        </button>
      </qr-sheet>
    `;
  }

  private switchKeys(event: Event): void {
    this.on = (event.target as HTMLInputElement).checked;
    setKeysOn(this.on);
  }
}
