/** Before an hour: what a client hopes for and what worries them, if they wish to say it. */

import { html } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';

import type { SaidCard } from './mailbox';
import { sayingStyle } from './sheet-style';
import { type Key, t } from '../i18n/language';
import type { HopesCard } from '../protocol/wire';
import { base, buttons, QuietElement } from '../ui/element';
import '../ui/sheet';

const MOST_CHARS = 500;

@customElement('qr-hopes-sheet')
export class HopesSheet extends QuietElement {
  static override styles = [base, buttons, sayingStyle];

  /** The hour it is about. */
  @property() session = '';
  @property() name = '';
  /** What was said before, to go on from. */
  @property({ attribute: false }) earlier: HopesCard | null = null;
  @query('[name=hopes]') private readonly hopes!: HTMLTextAreaElement;
  @query('[name=worries]') private readonly worries!: HTMLTextAreaElement;

  override render() {
    return html`
      <qr-sheet heading=${t('hopes.title')} data-testid="hopes-sheet">
        <p class="about">${t('hopes.about', { name: this.name })}</p>
        <form @submit=${(event: SubmitEvent) => this.send(event)}>
          ${this.lines('hopes', 'hopes.hopes', this.earlier?.hopes ?? '')}
          ${this.lines('worries', 'hopes.worries', this.earlier?.worries ?? '')}
          <button class="primary" data-testid="send-hopes">${t('hopes.send')}</button>
        </form>
      </qr-sheet>
    `;
  }

  private lines(name: string, words: Key, value: string) {
    return html`
      <label>
        ${t(words)}
        <textarea name=${name} rows="3" maxlength=${MOST_CHARS} .value=${value}></textarea>
      </label>
    `;
  }

  /** Nothing said is nothing sent. */
  private send(event: SubmitEvent): void {
    event.preventDefault();
    const card: HopesCard = {
      session: this.session,
      hopes: this.hopes.value.trim(),
      worries: this.worries.value.trim(),
    };
    if (card.hopes !== '' || card.worries !== '')
      this.say('write-card', { kind: 'hopes', body: JSON.stringify(card) } satisfies SaidCard);
    this.say('close-sheet');
  }
}
