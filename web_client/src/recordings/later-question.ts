/**
 * May a recording be used for one thing more? Asked once, where a client looks at what is theirs.
 *
 * Rule 1: nothing is chosen before its own tap, and a tap sooner than 0.6 s after the words came up does nothing.
 * Rule 2: no looks as good as yes, asks for no reason, and is as near.
 * Rule 3: the words here are those whose digest is sent.
 */

import { css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';

import { choices, dataCard } from './card-style';
import { laterText, type LaterWords, laterWords } from './later-words';
import { language } from '../i18n/language';
import type { AnswerLater, LaterAsked, RecordingSeen } from '../protocol/bodies';
import { Answering } from '../recording/answering';
import { digestOf } from '../recording/digest';
import { base, buttons, QuietElement } from '../ui/element';

@customElement('qr-later-question')
export class LaterQuestion extends QuietElement {
  static override styles = [
    base,
    buttons,
    dataCard,
    choices,
    css`
      h4 {
        font-size: inherit;
        font-weight: 600;
        color: inherit;
        text-wrap: balance;
      }
    `,
  ];

  @property({ attribute: false }) seen!: RecordingSeen;
  @property({ attribute: false }) asked!: LaterAsked;
  @property({ type: Number }) now = Date.now();
  @property({ type: Boolean }) sending = false;
  private readonly answering = new Answering();
  private shown: LaterWords | null = null;

  override render() {
    this.shown = laterWords(this.seen, this.asked, this.now);
    const { title, body, answers } = this.shown;
    const [no, yes] = answers;
    return html`
      <div class="really all" role="group" aria-labelledby="title" data-testid="later">
        <h4 id="title">${title}</h4>
        ${body.map(
          (words) => html`
            <p>${words}</p>
          `,
        )}
        <div class="alike">
          ${this.button(no, 'later-no', () => this.answer(false))}
          ${this.button(yes, 'later-yes', () => void this.agree())}
        </div>
      </div>
    `;
  }

  override updated(): void {
    if (this.shown !== null) this.answering.show(laterText(this.shown), performance.now());
  }

  private button(words: string, id: string, act: () => void) {
    return html`
      <button
        class="plain"
        data-testid=${id}
        ?disabled=${this.sending}
        @click=${() => this.answering.isRead(performance.now()) && act()}
      >
        ${words}
      </button>
    `;
  }

  private async agree(): Promise<void> {
    if (this.shown === null) return;
    const { terms } = this.asked;
    const spoken = language();
    // Where the browser has no cryptography the gateway refuses, and that is said.
    const words = await digestOf(laterText(this.shown)).catch(() => '');
    this.answer(true, { terms, words, language: spoken });
  }

  private answer(agree: boolean, shown: Partial<AnswerLater> = {}): void {
    const { purpose } = this.asked;
    const answer: AnswerLater = { purpose, agree, ...shown };
    this.say('later-answer', answer);
  }
}
