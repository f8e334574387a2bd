/** What the page noticed about one's own side: one sentence, one thing to do, never in the way. */

import { html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';

import { base, buttons, QuietElement } from './element';
import { noteStyle } from './note-style';
import { t } from '../i18n/language';
import { type Hint, HINT_STEP } from '../media/hints';

@customElement('qr-hint')
export class HintNote extends QuietElement {
  static override styles = [base, buttons, noteStyle];

  @property() hint: Hint = 'low_battery';
  @property({ type: Number }) level = 0;

  override render() {
    const step = HINT_STEP[this.hint];
    return html`
      <div class="note" data-testid="hint" data-hint=${this.hint}>
        <p>${t(`hint.${this.hint}`, { level: this.level })}</p>
        <button data-testid="hint-step" @click=${() => this.say('take-hint', this.hint)}>
          ${t(`step.${step}`)}
        </button>
        ${
          step === 'fine'
            ? nothing
            : html`
                <button class="dismiss" @click=${() => this.say('dismiss-hint', this.hint)}>
                  ${t('close')}
                </button>
              `
        }
      </div>
    `;
  }
}
