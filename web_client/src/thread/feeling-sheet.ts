/** Say how it is without finding words: a feeling, and if one likes how strong and where. */

import { html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import { FEELINGS, MOST_STRONG, PLACES } from './feeling';
import type { SaidCard } from './mailbox';
import { sayingStyle } from './sheet-style';
import { type Key, t } from '../i18n/language';
import type { BodyPlace, Feeling, FeelingCard } from '../protocol/wire';
import { base, buttons, QuietElement } from '../ui/element';
import '../ui/sheet';

type Part = 'feeling' | 'strength' | 'place';
const STRENGTHS = Array.from({ length: MOST_STRONG + 1 }, (_, value) => value);

@customElement('qr-feeling-sheet')
export class FeelingSheet extends QuietElement {
  static override styles = [base, buttons, sayingStyle];

  @property() name = '';
  @state() private feeling: Feeling | null = null;
  @state() private strength: number | null = null;
  @state() private place: BodyPlace | null = null;

  override render() {
    return html`
      <qr-sheet heading=${t('feeling.title')} data-testid="feeling-sheet">
        <p class="about">${t('feeling.about')}</p>
        <form @submit=${(event: SubmitEvent) => this.send(event)}>
          ${this.choices(
            'feeling.which',
            FEELINGS.map((value) => this.choice('feeling', value, t(`feeling.${value}`))),
          )}
          ${this.choices(
            'feeling.strength',
            STRENGTHS.map((value) => this.choice('strength', value, String(value))),
          )}
          ${this.choices(
            'feeling.place',
            PLACES.map((value) => this.choice('place', value, t(`feeling.place.${value}`))),
          )}
          <button class="primary" data-testid="send-feeling" ?disabled=${this.feeling === null}>
            ${t('feeling.send')}
          </button>
        </form>
      </qr-sheet>
    `;
  }

  private choices(legend: Key, all: readonly unknown[]) {
    return html`
      <fieldset>
        <legend>${t(legend)}</legend>
        <div class="choices">${all}</div>
      </fieldset>
    `;
  }

  /** A choice; taken again it is taken back, for only the feeling is needed. */
  private choice(part: Part, value: string | number, words: string) {
    const chosen = this[part] === value;
    return html`
      <label class="choice">
        <input
          type="radio"
          name=${part}
          value=${value}
          .checked=${chosen}
          @change=${() => this.choose(part, value)}
          @click=${() => this.again(part, chosen)}
        />
        <span>${words}</span>
      </label>
    `;
  }

  private again(part: Part, chosen: boolean): void {
    if (chosen && part !== 'feeling') this.choose(part, null);
  }

  private choose(part: Part, value: string | number | null): void {
    if (part === 'feeling') this.feeling = value as Feeling | null;
    else if (part === 'strength') this.strength = value as number | null;
    else this.place = value as BodyPlace | null;
  }

  private send(event: SubmitEvent): void {
    event.preventDefault();
    const { feeling, strength, place } = this;
    if (feeling === null) return;
    const card: FeelingCard = { feeling, strength, place };
    this.say('write-card', { kind: 'feeling', body: JSON.stringify(card) } satisfies SaidCard);
    this.say('close-sheet');
  }
}
