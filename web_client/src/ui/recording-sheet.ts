/**
 * C7: may this be recorded? "No" looks as good as "yes". The call goes on, nobody's face is covered, and there is no hurry.
 *
 * Rule 1: nothing is ticked before its own tap, and a tap sooner than 0.6 s after the words came up does nothing.
 * Rule 2: Escape is neither a no nor a yes, and the focus is taken from nobody.
 * Rule 3: the words here are those whose digest is sent; who asks sees, or hears, them beforehand, by the same
 * element.
 */

import { css, html, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import { base, buttons, QuietElement } from './element';
import { deepActive } from './focus';
import { send } from './recording-acts';
import { recordingChoice } from './recording-style';
import { sentenceCase } from './sentence-case';
import { type Key, language, onLanguage, t } from '../i18n/language';
import type { Call } from '../media/call';
import type { Medium, Purpose, RecordingTerms } from '../protocol/wire';
import { Answering, mediaChoices } from '../recording/answering';
import { digestOf } from '../recording/digest';
import {
  mediaWords,
  purposeWords,
  sheetWords,
  shownText,
  type SheetWords,
} from '../recording/words';

@customElement('qr-recording-sheet')
export class RecordingSheet extends QuietElement {
  static override styles = [
    base,
    buttons,
    recordingChoice,
    css`
      :host {
        inline-size: min(800px, 100%);
      }
      section {
        display: grid;
        gap: 8px 24px;
        max-block-size: var(--ask-most, none);
        overflow: auto;
        padding: 16px 20px 0;
        border-radius: var(--round-card);
        background: var(--surface);
        color: var(--ink);
        box-shadow: var(--shadow);
        border: 1px solid transparent;
      }
      h2 {
        font-size: var(--sentence);
        line-height: 1.4;
        margin-block-end: 4px;
      }
      p + p {
        margin-block-start: 4px;
      }
      .words {
        max-inline-size: 60ch;
      }
      /* By the answers, which are always in sight; without words it takes no room. */
      .hint {
        grid-column: 1 / -1;
        color: var(--ink-2);
        font-size: var(--caption);
      }
      .hint:not([data-says]) {
        position: absolute;
      }
      /* Always in sight, however long the words. */
      .answers {
        position: sticky;
        inset-block-end: 0;
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: 8px 12px;
        padding-block: 8px 16px;
        background: var(--surface);
      }
      .answers .plain {
        padding-inline: 8px;
        border-color: var(--edge);
      }
      .out {
        grid-column: 1 / -1;
      }
      /* Exactly as the other person will see it: it only cannot be tapped. */
      :host([preview]) * {
        opacity: 1;
        cursor: default;
      }
      :host([preview]) section {
        box-shadow: none;
      }
      :host([preview]) .answers {
        position: static;
      }
      /* Beside one another, so that the face keeps its room. */
      @media (min-width: 1000px) {
        :host(:not([preview])) section {
          grid-template-columns: minmax(0, 1fr) minmax(0, 280px);
        }
        .choices {
          flex-direction: column;
          flex-wrap: nowrap;
          padding-block-start: 8px;
        }
        .answers {
          grid-column: 1 / -1;
        }
      }
      @media (max-width: 640px) {
        section {
          padding-inline: 16px;
        }
        .answers .plain {
          padding-inline: 2px;
          font-size: 0.9375rem;
        }
      }
      @media (max-width: 999px) and (max-height: 700px) {
        h2 {
          font-size: var(--body);
          font-weight: 600;
        }
        .words {
          font-size: 0.9375rem;
        }
        .answers {
          padding-block: 4px 8px;
        }
      }
    `,
  ];

  @property({ attribute: false }) call: Call | null = null;
  @property({ attribute: false }) terms!: RecordingTerms;
  @property() request = '';
  /** Whoever reads it came in while it was recorded. */
  @property({ type: Boolean }) joins = false;
  /** Only to be looked at. */
  @property({ type: Boolean, reflect: true }) preview = false;
  @state() private hint: Key | null = null;
  @state() private busy = false;
  private readonly answering = new Answering();
  private shown: SheetWords | null = null;
  private asked = '';

  override connectedCallback(): void {
    super.connectedCallback();
    this.while(onLanguage(() => (this.hint = null)));
  }

  override willUpdate(changes: PropertyValues<this>): void {
    if (!changes.has('request') && !changes.has('terms')) return;
    // The same request told again is not asked again.
    const asked = `${this.request} ${this.terms.digest}`;
    if (asked === this.asked && !this.preview) return;
    this.asked = asked;
    this.answering.begin(this.terms.media);
    this.hint = null;
    this.busy = false;
  }

  override render() {
    const { terms } = this;
    const words = sheetWords(terms, mediaChoices(terms.media), this.joins, Date.now());
    this.shown = words;
    return html`
      <section
        role=${this.preview ? 'group' : 'dialog'}
        aria-labelledby="heading"
        aria-describedby="words"
        tabindex=${this.preview ? nothing : '-1'}
        data-testid=${this.preview ? 'recording-preview' : 'recording-sheet'}
      >
        <div class="words">
          <h2 id="heading">${words.title}</h2>
          <div id="words">
            ${words.body.map(
              (each) => html`
                <p>${each}</p>
              `,
            )}
          </div>
        </div>
        <div class="choices">
          ${terms.purposes.map(({ purpose }) => this.purpose(purpose))} ${this.media(terms.media)}
        </div>
        <div class="answers">
          <p
            class="hint"
            role="status"
            data-testid="recording-hint"
            ?data-says=${this.hint !== null}
          >
            ${this.hint === null ? '' : t(this.hint)}
          </p>
          <button
            class="plain"
            data-testid="recording-no"
            ?disabled=${this.preview}
            @click=${() => void this.refuse()}
          >
            ${t('rec.no')}
          </button>
          <button
            class="plain"
            data-testid="recording-yes"
            ?disabled=${this.preview}
            @click=${() => void this.agree()}
          >
            ${t('rec.yes')}
          </button>
          ${
            this.joins
              ? html`
                  <button class="link out" @click=${() => this.say('ask-leave')}>
                    ${t('rec.stay_out')}
                  </button>
                `
              : nothing
          }
        </div>
      </section>
    `;
  }

  override firstUpdated(): void {
    const section = this.renderRoot.querySelector('section');
    const active = deepActive();
    // Nobody is in the middle of anything: then it is read from here.
    if (!this.preview && (active === null || active === document.body)) {
      section?.focus({ preventScroll: true });
    }
    if (!this.preview) section?.scrollIntoView({ block: 'nearest' });
  }

  override updated(): void {
    if (this.shown !== null) this.answering.show(shownText(this.shown), performance.now());
  }

  private purpose(purpose: Purpose) {
    const says = this.answering.saysOf(purpose);
    const option = (yes: boolean) => html`
      <label class="pick">
        <input
          type="radio"
          name=${purpose}
          data-testid=${`${yes ? 'agree' : 'disagree'}-${purpose}`}
          .checked=${says === yes}
          @change=${() => this.choose(() => this.answering.choose(purpose, yes))}
        />
        ${t(yes ? 'rec.agree' : 'rec.disagree')}
      </label>
    `;
    return html`
      <fieldset ?disabled=${this.preview}>
        <legend>${sentenceCase(purposeWords(purpose))}</legend>
        ${option(true)} ${option(false)}
      </fieldset>
    `;
  }

  private media(media: readonly Medium[]) {
    const choices = mediaChoices(media);
    const chosen = this.answering.agreedMedia;
    const option = (choice: readonly Medium[]) => html`
      <label class="pick">
        <input
          type="radio"
          name="media"
          data-testid=${`media-${choice.join('-')}`}
          .checked=${chosen.includes('video') === choice.includes('video')}
          @change=${() => this.choose(() => this.answering.chooseMedia(choice))}
        />
        ${mediaWords(choice)}
      </label>
    `;
    return html`
      ${
        choices.length > 1
          ? html`
              <fieldset ?disabled=${this.preview}>
                <legend>${t('rec.media')}</legend>
                ${choices.map(option)}
              </fieldset>
            `
          : nothing
      }
      ${media.includes('text') ? this.text() : nothing}
    `;
  }

  private text() {
    return html`
      <label class="pick">
        <input
          type="checkbox"
          ?disabled=${this.preview}
          data-testid="media-text"
          .checked=${this.answering.takesText}
          @change=${(event: Event) =>
            this.choose(() =>
              this.answering.chooseText((event.target as HTMLInputElement).checked),
            )}
        />
        ${t('rec.media.text')}
      </label>
    `;
  }

  private choose(take: () => void): void {
    take();
    this.hint = null;
    this.requestUpdate();
  }

  private refuse(): Promise<void> {
    return this.answer(() =>
      Promise.resolve({ type: 'decline_recording', request: this.request } as const),
    );
  }

  private async agree(): Promise<void> {
    const purposes = this.answering.agreed(this.terms.purposes.map(({ purpose }) => purpose));
    const media = this.answering.agreedMedia;
    const { shown } = this;
    if (shown === null || !this.answering.isRead(performance.now())) return;
    if (purposes.length === 0 || media.length === 0) {
      this.hint = 'rec.choose';
      // On a small phone the choices may lie below the words.
      this.renderRoot.querySelector('.choices')?.scrollIntoView({ block: 'center' });
      return;
    }
    await this.answer(async () => ({
      type: 'agree_recording' as const,
      request: this.request,
      terms: this.terms.digest,
      words: await digestOf(shownText(shown)),
      language: language(),
      purposes,
      media,
    }));
  }

  /** What came of it is told by the room; here only that it could not be said. */
  private async answer(command: () => Promise<Parameters<typeof send>[1]>): Promise<void> {
    if (this.call === null || this.busy || !this.answering.isRead(performance.now())) return;
    this.busy = true;
    const said = await command().catch(() => null);
    const trouble = said === null ? 'rec.refused' : await send(this.call, said);
    this.hint = trouble;
    this.busy = trouble === null;
  }
}
