/** A question to this person alone. The call goes on behind it, and every answer looks the same. */

import { css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';

import { base, buttons, QuietElement } from './element';
import './sheet';
import { type Key, t } from '../i18n/language';

/** Would they like to be seen or heard; or to have their picture back. */
export type Question = 'video' | 'voice' | 'picture';
export type Answer = 'open' | 'voice_only' | 'no';

const ANSWERS: Readonly<Record<Question, readonly Answer[]>> = {
  video: ['open', 'no', 'voice_only'],
  voice: ['open', 'no'],
  picture: ['open', 'no'],
};

@customElement('qr-question-sheet')
export class QuestionSheet extends QuietElement {
  static override styles = [
    base,
    buttons,
    css`
      :host {
        display: contents;
      }
      .choices {
        display: grid;
        gap: 12px;
        margin-block-start: 24px;
      }
      @media (min-width: 480px) {
        .choices {
          grid-auto-flow: column;
          grid-auto-columns: 1fr;
        }
      }
    `,
  ];

  @property() question: Question = 'video';
  @property() name = '';

  override render() {
    const { question, name } = this;
    return html`
      <qr-sheet
        place="dock"
        heading=${t(`question.${question}`, { name })}
        .closable=${false}
        data-testid="question"
        data-question=${question}
        @close-sheet=${(event: Event) => this.refuse(event)}
      >
        <p>${t('question.calm')}</p>
        <div class="choices">
          ${ANSWERS[question].map(
            (answer) => html`
              <button
                class="plain"
                data-testid=${`question-${answer}`}
                @click=${() => this.say('answer', answer)}
              >
                ${t(this.words(answer))}
              </button>
            `,
          )}
        </div>
      </qr-sheet>
    `;
  }

  private words(answer: Answer): Key {
    return answer === 'open' ? `question.open.${this.question}` : `question.${answer}`;
  }

  /** Escape is no answer that switches anything on. */
  private refuse(event: Event): void {
    event.stopPropagation();
    this.say('answer', 'no');
  }
}
