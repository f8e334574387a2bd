/** What is wanted now and then, each with its word. */

import { css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';

import { base, buttons, QuietElement } from './element';
import './icon';
import type { IconName } from './icon';
import { whyWords } from './recording-ask';
import './sheet';
import { t } from '../i18n/language';
import type { Cue, HoldSteady, Invitation, ParticipantView, SetCue } from '../protocol/wire';

/** How a person takes part, by their own choice. */
export type Mode = 'text' | 'voice' | 'video';

const MODES: readonly { readonly mode: Mode; readonly icon: IconName }[] = [
  { mode: 'text', icon: 'text' },
  { mode: 'voice', icon: 'microphone' },
  { mode: 'video', icon: 'camera' },
];

const CUES: readonly { readonly cue: Cue; readonly icon: IconName }[] = [
  { cue: 'balanced', icon: 'camera' },
  { cue: 'detail', icon: 'self' },
  { cue: 'motion', icon: 'movement' },
];

@customElement('qr-more-sheet')
export class MoreSheet extends QuietElement {
  static override styles = [
    base,
    buttons,
    css`
      :host {
        display: contents;
      }
      button {
        display: flex;
        align-items: center;
        gap: 16px;
        inline-size: 100%;
        padding: 12px 16px;
        text-align: start;
      }
      button + button {
        margin-block-start: 8px;
      }
      qr-icon {
        color: var(--qing);
      }
      .modes {
        display: grid;
        grid-template-columns: repeat(3, 1fr);
        gap: 8px;
        margin-block: 4px 16px;
      }
      .modes button {
        flex-direction: column;
        justify-content: center;
        gap: 4px;
        margin: 0;
        padding: 12px 4px;
        text-align: center;
        line-height: 1.3;
      }
      /* "movement" is as wide as a third of the smallest screens. */
      @media (max-width: 360px) {
        .modes button {
          padding-inline: 2px;
          font-size: var(--caption);
        }
      }
      button[aria-disabled='true'] {
        cursor: default;
        border-color: var(--hair);
      }
      button[aria-pressed='true'] {
        border-color: var(--qing);
        background: var(--sunken);
      }
      .about {
        display: block;
        color: var(--ink-2);
        font-size: var(--caption);
      }
      .state {
        margin-inline-start: auto;
        color: var(--ink-2);
      }
      /* Where there is room for it, the dock has it. */
      @media (min-width: 641px) {
        .steady {
          display: none;
        }
      }
    `,
  ];

  @property({ type: Boolean }) microphone = false;
  @property({ type: Boolean }) camera = false;
  /** Whom one may ask to be seen or heard, and how. */
  @property({ attribute: false }) guides: ParticipantView | null = null;
  /** Whether the moment is kept steady; null for who cannot wish for it. */
  @property({ attribute: false }) steady: boolean | null = null;

  /** Whether there is a timeline to look at. */
  @property({ type: Boolean }) timeline = false;

  /** Why a recording cannot be asked for, `''` where it can; null where there is none to ask for. */
  @property({ attribute: false }) why: string | null = null;

  private get mode(): Mode {
    if (this.camera) return 'video';
    return this.microphone ? 'voice' : 'text';
  }

  override render() {
    return html`
      <qr-sheet place="dock" heading=${t('dock.more')}>
        <p id="mode">${t('mode.title')}</p>
        <div class="modes" role="group" aria-labelledby="mode">
          ${MODES.map(
            ({ mode, icon }) => html`
              <button
                class="plain"
                data-testid=${`mode-${mode}`}
                aria-pressed=${mode === this.mode}
                @click=${() => this.say('choose-mode', mode)}
              >
                <qr-icon name=${icon}></qr-icon>
                ${t(`mode.${mode}`)}
              </button>
            `,
          )}
        </div>
        ${this.cues()} ${this.steadily()} ${this.invitation('video')} ${this.invitation('voice')}
        ${this.why === null ? nothing : this.record(this.why)}
        ${this.timeline ? this.gaps() : nothing}
        <button class="plain" data-testid="open-devices" @click=${() => this.say('open-devices')}>
          <qr-icon name="voice"></qr-icon>
          ${t('devices.title')}
        </button>
        <button class="plain" data-testid="open-help" @click=${() => this.say('open-help')}>
          <qr-icon name="help"></qr-icon>
          ${t('help.title')}
        </button>
      </qr-sheet>
    `;
  }

  private record(why: string) {
    return html`
      <button
        class="plain"
        data-testid="open-recording"
        aria-disabled=${why !== ''}
        @click=${() => why === '' && this.say('open-recording')}
      >
        <qr-icon name="record"></qr-icon>
        <span>
          ${t('rec.ask.open')}
          <span class="about">${why === '' ? '' : whyWords(why)}</span>
        </span>
      </button>
    `;
  }

  private gaps() {
    return html`
      <button class="plain" data-testid="open-timeline" @click=${() => this.say('open-timeline')}>
        <qr-icon name="timeline"></qr-icon>
        ${t('timeline.title')}
      </button>
    `;
  }

  private cues() {
    const whom = this.guides;
    if (whom?.camera !== true) return nothing;
    return html`
      <p id="cue">${t('cue.title')}</p>
      <div class="modes" role="group" aria-labelledby="cue">
        ${CUES.map(
          ({ cue, icon }) => html`
            <button
              class="plain"
              data-testid=${`cue-${cue}`}
              aria-pressed=${cue === whom.cue}
              @click=${() => this.guide({ type: 'set_cue', participant: whom.id, cue })}
            >
              <qr-icon name=${icon}></qr-icon>
              ${t(`cue.${cue}`)}
            </button>
          `,
        )}
      </div>
    `;
  }

  private steadily() {
    const { steady } = this;
    if (steady === null) return nothing;
    return html`
      <button
        class="plain steady"
        data-testid="steady-more"
        aria-pressed=${steady}
        @click=${() => this.guide({ type: 'hold_steady', steady: !steady })}
      >
        <qr-icon name="steady"></qr-icon>
        <span>
          ${t('dock.steady')}
          <span class="about">${t('steady.about')}</span>
        </span>
        <span class="state">${t(steady ? 'dock.on' : 'dock.off')}</span>
      </button>
    `;
  }

  private guide(wish: SetCue | HoldSteady): void {
    this.say('guide', wish);
  }

  private invitation(kind: Invitation) {
    const whom = this.guides;
    const isOn = kind === 'video' ? whom?.camera : whom?.microphone;
    if (whom === null || isOn !== false) return nothing;
    return html`
      <button
        class="plain"
        data-testid=${`invite-${kind}`}
        @click=${() => this.say('invite', { participant: whom.id, kind })}
      >
        <qr-icon name=${kind === 'video' ? 'camera' : 'microphone'}></qr-icon>
        ${t(`invite.${kind}`)}
      </button>
    `;
  }
}
