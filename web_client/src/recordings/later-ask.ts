/**
 * Whether a client may be asked for one use more of a recording, and how that stands, for its counsellor.
 *
 * Rule 1: it is asked once: what that means is said before it is.
 * Rule 2: of a no nothing is said but that it was not granted; of silence the same.
 */

import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import { askLater, troubleOf } from './calls';
import { dataCard } from './card-style';
import { purposeInside } from './later-words';
import { type Key, t } from '../i18n/language';
import type { LaterAsked, Purpose, RecordingSeen } from '../protocol/bodies';
import { base, buttons, QuietElement } from '../ui/element';

@customElement('qr-later-ask')
export class LaterAsk extends QuietElement {
  static override styles = [
    base,
    buttons,
    dataCard,
    css`
      .really {
        display: grid;
        gap: 8px;
        padding: 12px 16px;
        margin-block-start: 8px;
        border-radius: var(--round-control);
        background: var(--sunken);
      }
    `,
  ];

  @property({ attribute: false }) seen!: RecordingSeen;
  @state() private asking: Purpose | null = null;
  @state() private sending = false;
  @state() private trouble: Key | null = null;

  override render() {
    const { later, may_ask_later: may } = this.seen;
    return html`
      ${later.map((each) => this.stood(each))} ${may.map((purpose) => this.offer(purpose))}
      <p class="trouble" role="status">${this.trouble === null ? nothing : t(this.trouble)}</p>
    `;
  }

  /** What was granted stands among its uses. */
  private stood({ purpose, stage }: LaterAsked) {
    if (stage === 'granted') return nothing;
    const key = stage === 'asked' ? 'recs.later.asked' : 'recs.later.not_granted';
    return html`
      <p class="quiet" data-testid="later-stage" data-stage=${stage}>
        ${t(key, { what: purposeInside(purpose) })}
      </p>
    `;
  }

  private offer(purpose: Purpose) {
    const what = purposeInside(purpose);
    if (this.asking !== purpose)
      return html`
        <div>
          <button
            class="link start"
            data-testid="ask-${purpose}"
            @click=${() => (this.asking = purpose)}
          >
            ${t('recs.later.ask', { what })}
          </button>
        </div>
      `;
    return html`
      <div class="really" role="group" aria-label=${t('recs.later.ask', { what })}>
        <p>${t('recs.later.ask.about', { what, name: this.seen.client.name })}</p>
        <div class="acts">
          <button class="plain" data-testid="ask-no" @click=${() => (this.asking = null)}>
            ${t('recs.later.ask.no')}
          </button>
          <button
            class="plain"
            data-testid="ask-yes"
            ?disabled=${this.sending}
            @click=${() => void this.ask(purpose)}
          >
            ${t('recs.later.ask.yes')}
          </button>
        </div>
      </div>
    `;
  }

  private async ask(purpose: Purpose): Promise<void> {
    this.sending = true;
    const answer = await askLater(this.seen.id, purpose);
    this.sending = false;
    this.asking = null;
    this.trouble = troubleOf(answer);
    this.say('later-asked');
  }
}
