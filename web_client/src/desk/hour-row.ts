/** One hour of the day: when, who, how far, and what can be done about it. */

import { css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';

import { isOver, mayBeLate, mayCancel, placeWords, stageWords } from './day';
import { base, buttons, QuietElement } from '../ui/element';
import { dayOf, timeElsewhere } from '../i18n/dates';
import { t, timeOfDay } from '../i18n/language';
import type { Appointment } from '../protocol/bodies';

@customElement('qr-hour-row')
export class HourRow extends QuietElement {
  static override styles = [
    base,
    buttons,
    css`
      article {
        display: grid;
        grid-template-columns: 5.5em minmax(0, 1fr) auto;
        gap: 4px 16px;
        align-items: start;
        background: var(--surface);
        border-radius: var(--round-card);
        padding: 16px 20px;
      }
      article.over {
        background: none;
      }
      .time {
        font-size: var(--sentence);
        line-height: 1.4;
      }
      .until,
      .about {
        color: var(--ink-2);
      }
      h2 {
        font-size: var(--sentence);
        line-height: 1.4;
        overflow-wrap: anywhere;
      }
      .who {
        padding: 0;
        min-block-size: 48px;
        margin-block: -8px;
        text-align: start;
        font-size: inherit;
      }
      .stage {
        font-weight: 600;
      }
      .in {
        min-block-size: 56px;
        min-inline-size: 112px;
        font-size: var(--sentence);
        padding-inline: 24px;
      }
      .acts {
        grid-column: 2 / -1;
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 8px;
        margin-inline-start: -12px;
      }
      .late {
        padding-inline-start: 12px;
      }
      @media (max-width: 560px) {
        article {
          grid-template-columns: minmax(0, 1fr);
          padding: 16px;
        }
        .acts {
          grid-column: 1;
        }
        .when {
          display: flex;
          align-items: baseline;
          gap: 8px;
        }
      }
    `,
  ];

  @property({ attribute: false }) hour!: Appointment;
  @property({ attribute: false }) now = Date.now();
  /** Whether this is the hour to go to now. */
  @property({ type: Boolean }) next = false;

  /** Whether it begins on another day than the one that is shown. */
  @property({ type: Boolean }) elsewhen = false;

  override render() {
    const { hour } = this;
    const over = isOver(hour);
    return html`
      <article
        class=${over ? 'over' : ''}
        data-testid="hour"
        data-hour=${hour.id}
        data-stage=${hour.stage}
        ?data-next=${this.next}
      >
        <p class="when">
          <span class="time">${timeOfDay(hour.starts_at)}</span>
          <br />
          ${this.elsewhen ? this.date() : nothing}
          <span class="until">${t('desk.until', { time: timeOfDay(hour.ends_at) })}</span>
        </p>
        <div>
          <h2>${this.who()}</h2>
          <p class="stage" data-testid="stage">${stageWords(hour, this.now)}</p>
          ${this.about()}
        </div>
        ${over ? this.stays() : this.enter()} ${over ? nothing : this.acts()}
      </article>
    `;
  }

  private date() {
    return html`
      <span class="until" data-testid="date">${dayOf(this.hour.starts_at)}</span>
      <br />
    `;
  }

  private who() {
    const { client } = this.hour;
    if (client.name === '') return t('desk.client.gone');
    return html`
      <button
        class="link who"
        data-testid="client"
        aria-label=${t('desk.change.of', { name: client.name })}
        @click=${() => this.say('open-change', client.id)}
      >
        ${client.name}
      </button>
    `;
  }

  private about() {
    const { client, kind, starts_at } = this.hour;
    const there = timeElsewhere(starts_at, client.time_zone ?? '');
    const lines = [
      placeWords(this.hour),
      kind === 'tech_hello' ? t('desk.kind.tech_hello') : '',
      there === null ? '' : t('desk.there', { time: there }),
    ].filter((words) => words !== '');
    return lines.map(
      (words) => html`
        <p class="about">${words}</p>
      `,
    );
  }

  private enter() {
    return html`
      <button
        class="in ${this.next ? 'primary' : 'plain'}"
        data-testid="enter"
        aria-label=${t('desk.enter.label', { name: this.hour.client.name, time: timeOfDay(this.hour.starts_at) })}
        @click=${() => this.say('open-card', this.hour.id)}
      >
        ${t('desk.enter')}
      </button>
    `;
  }

  /** What stays of it; of what was cancelled there is nothing. */
  private stays() {
    if (this.hour.outcome === 'cancelled') return nothing;
    const { client, id, starts_at } = this.hour;
    const label = { name: client.name, time: timeOfDay(starts_at) };
    return html`
      <div class="acts">
        <button
          class="link"
          data-testid="see-after"
          aria-label=${t('desk.after.see.label', label)}
          @click=${() => this.say('open-after', id)}
        >
          ${t('desk.after.see')}
        </button>
      </div>
    `;
  }

  private acts() {
    return html`
      <div class="acts">
        ${mayBeLate(this.hour) ? this.late() : nothing}
        ${
          mayCancel(this.hour)
            ? html`
                <button
                  class="link ending"
                  data-testid="cancel"
                  @click=${() => this.say('ask-cancel', this.hour.id)}
                >
                  ${t('desk.cancel')}
                </button>
              `
            : nothing
        }
      </div>
    `;
  }

  private late() {
    const late = this.hour.late_minutes;
    const offers = [5, 10].filter((minutes) => minutes > late);
    return html`
      ${
        late === 0
          ? nothing
          : html`
              <span class="late" data-testid="late-said">
                ${t('desk.late.said', { count: late })}
              </span>
            `
      }
      ${offers.slice(0, 1).map((minutes) => this.lateButton(minutes))}
      ${late === 0 ? nothing : this.lateButton(0)}
    `;
  }

  private lateButton(minutes: number) {
    return html`
      <button
        class="link"
        data-testid="late-${minutes}"
        @click=${() => this.say('be-late', { id: this.hour.id, minutes })}
      >
        ${minutes === 0 ? t('desk.late.back') : t('desk.late', { count: minutes })}
      </button>
    `;
  }
}
