/** K4: ask for a recording. What for, what of people, until when; and what the others will see, before they do. */

import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import { base, buttons, QuietElement } from './element';
import { send } from './recording-acts';
import './recording-sheet';
import { recordingChoice } from './recording-style';
import { sentenceCase } from './sentence-case';
import './sheet';
import { type Key, t } from '../i18n/language';
import type { Call } from '../media/call';
import type { Medium, Purpose, Recording, RecordingTerms } from '../protocol/wire';
import { mediaChoices } from '../recording/answering';
import { dayWords, mediaWords, purposeWords } from '../recording/words';

@customElement('qr-recording-ask')
export class RecordingAsk extends QuietElement {
  static override styles = [
    base,
    buttons,
    recordingChoice,
    css`
      :host {
        display: contents;
      }
      fieldset + fieldset,
      fieldset + .about {
        margin-block-start: 12px;
      }
      .pick {
        inline-size: 100%;
      }
      .media .pick {
        inline-size: auto;
      }
      legend {
        inline-size: 100%;
      }
      .about {
        color: var(--ink-2);
      }
      h3 {
        margin-block: 16px 8px;
        font-weight: 600;
      }
      .preview {
        --ask-most: none;
        border: 1px dashed var(--edge);
        border-radius: var(--round-card);
      }
      qr-recording-sheet {
        inline-size: 100%;
      }
      .ask {
        inline-size: 100%;
      }
    `,
  ];

  @property({ attribute: false }) call!: Call;
  @property({ attribute: false }) recording!: Recording;
  @state() private hint: Key | null = null;
  @state() private busy = false;
  @state() private purposes: readonly Purpose[] = [];
  @state() private media: readonly Medium[] = [];
  /** Asked a second time: the others came back to it by themselves. */
  @state() private reopened = false;

  override connectedCallback(): void {
    super.connectedCallback();
    const { may_purposes: purposes, may_media: media } = this.recording;
    // A single purpose is no choice; of the media it is the least.
    const heard = purposes.filter((purpose) => this.isHeard(purpose));
    this.purposes = heard.length === 1 ? heard : [];
    this.media = mediaChoices(media)[0] ?? [];
  }

  override render() {
    const { may_purposes: purposes, may_media: media, why_not: why } = this.recording;
    const choices = mediaChoices(media);
    return html`
      <qr-sheet place="dock" footed heading=${t('rec.ask.title')} data-testid="recording-ask">
        <fieldset>
          <legend>${t('rec.ask.purposes')}</legend>
          ${purposes.map((purpose) => this.purpose(purpose))}
        </fieldset>
        <fieldset class="media">
          <legend>${t('rec.ask.media')}</legend>
          ${choices.map((choice) => this.medium(choice))}
        </fieldset>
        <p class="about">${t('rec.ask.calm')}</p>
        ${this.isSecond ? this.again() : nothing} ${this.preview()}
        <div slot="foot">
          <p class="hint" role="status">${this.hint === null ? '' : t(this.hint)}</p>
          ${
            why === ''
              ? html`
                  <button
                    class="primary ask"
                    data-testid="recording-send"
                    @click=${() => void this.ask()}
                  >
                    ${t('rec.ask.send')}
                  </button>
                `
              : html`
                  <p>${whyWords(why)}</p>
                `
          }
        </div>
      </qr-sheet>
    `;
  }

  private purpose(purpose: Purpose) {
    const term = this.recording.may_terms?.purposes.find((each) => each.purpose === purpose);
    const isHeard = this.isHeard(purpose);
    const until =
      term === undefined ? '' : t('rec.ask.until', { day: dayWords(term.until, Date.now()) });
    return html`
      <label class="pick">
        <input
          type="checkbox"
          data-testid=${`ask-${purpose}`}
          .checked=${this.purposes.includes(purpose)}
          ?disabled=${!isHeard}
          @change=${() => this.toggle(purpose)}
        />
        <span>
          ${sentenceCase(purposeWords(purpose))}
          <span class="about">${isHeard ? until : t('rec.ask.nobody')}</span>
        </span>
      </label>
    `;
  }

  /** Nobody is asked for what nobody would hear: a clinic may have no supervisor. */
  private isHeard(purpose: Purpose): boolean {
    const term = this.recording.may_terms?.purposes.find((each) => each.purpose === purpose);
    return purpose !== 'supervision' || term === undefined || term.listeners.length > 0;
  }

  private medium(choice: readonly Medium[]) {
    return html`
      <label class="pick">
        <input
          type="radio"
          name="media"
          data-testid=${`ask-media-${choice.join('-')}`}
          .checked=${choice.join() === this.media.join()}
          @change=${() => (this.media = choice)}
        />
        ${mediaWords(choice)}
      </label>
    `;
  }

  private preview() {
    const terms = this.terms;
    if (terms === null) return nothing;
    return html`
      <h3>${t('rec.ask.preview')}</h3>
      <div class="preview">
        <qr-recording-sheet preview .terms=${terms}></qr-recording-sheet>
      </div>
    `;
  }

  /** Nobody is pressed: a counsellor who has asked before asks again only where the client has come back to it. */
  private get isSecond(): boolean {
    const { asked_before: before, may_terms: terms, why_not: why } = this.recording;
    return before && why === '' && terms?.asker_role === 'counsellor';
  }

  private again() {
    return html`
      <label class="pick">
        <input
          type="checkbox"
          data-testid="ask-reopened"
          .checked=${this.reopened}
          @change=${() => {
            this.reopened = !this.reopened;
            this.hint = null;
          }}
        />
        ${t('rec.ask.reopened')}
      </label>
    `;
  }

  /** As it would be asked with what is chosen so far; null where nothing is. */
  private get terms(): RecordingTerms | null {
    const all = this.recording.may_terms ?? null;
    const purposes = all?.purposes.filter(({ purpose }) => this.purposes.includes(purpose)) ?? [];
    return all === null || purposes.length === 0
      ? null
      : { ...all, purposes, media: [...this.media] };
  }

  private toggle(purpose: Purpose): void {
    const has = this.purposes.includes(purpose);
    const wanted = this.recording.may_purposes.filter((each) =>
      each === purpose ? !has : this.purposes.includes(each),
    );
    this.purposes = wanted;
    this.hint = null;
  }

  private async ask(): Promise<void> {
    if (this.busy) return;
    if (this.purposes.length === 0) {
      this.hint = 'rec.choose';
      return;
    }
    if (this.isSecond && !this.reopened) {
      this.hint = 'rec.ask.reopened.first';
      return;
    }
    this.busy = true;
    const { purposes, media } = this;
    this.hint = await send(this.call, {
      type: 'ask_recording',
      purposes: [...purposes],
      media: [...media],
    });
    this.busy = false;
    if (this.hint === null) this.say('close-sheet');
  }
}

const WHY: Readonly<Record<string, Key>> = {
  off: 'rec.why.off',
  role: 'rec.why.role',
  safety: 'rec.why.safety',
  guardian: 'rec.why.guardian',
  alone: 'rec.why.alone',
  beside: 'rec.why.beside',
  often: 'rec.why.often',
  soon: 'rec.why.soon',
  running: 'rec.why.running',
};

/** Why it cannot be asked for now. */
export function whyWords(why: string): string {
  return t(WHY[why] ?? 'rec.why.running');
}
