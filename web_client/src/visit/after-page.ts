/** C10, after an hour: thanks, what comes next, what stays. After ten minutes it says nothing at all. */

import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import { giveCalendarFile } from './calendar';
import { giveMood } from './calls';
import './line-rating';
import './mood';
import { whenNext } from './said';
import { dayOf } from '../i18n/dates';
import { t, timeOfDay } from '../i18n/language';
import type { Appointment, Clinic } from '../protocol/bodies';
import '../recordings/recorded-hour';
import { base, buttons, QuietElement } from '../ui/element';
import { pageLayout } from '../ui/page';
import { dialled } from '../ui/phone';
import '../ui/scene';

const NEUTRAL_MS = 10 * 60_000;

@customElement('qr-visit-after')
export class AfterPage extends QuietElement {
  static override styles = [
    base,
    buttons,
    pageLayout,
    css`
      .cards {
        display: grid;
        gap: 16px;
        inline-size: min(560px, 100%);
      }
      section {
        padding: 20px 24px;
        border-radius: var(--round-card);
        background: var(--surface);
      }
      h2 {
        font-size: var(--sentence);
        line-height: 1.4;
        margin-block-end: 8px;
      }
      .facts {
        display: grid;
        gap: 4px;
        padding-inline-start: 1.2em;
        list-style: disc;
        margin-block-end: 8px;
      }
      .quiet {
        color: var(--ink-2);
      }
      .start {
        padding-inline: 0;
      }
      .crisis {
        inline-size: min(560px, 100%);
        color: var(--ink-2);
      }
      .crisis h2 {
        font-size: inherit;
        margin: 0;
      }
      .crisis ul {
        display: flex;
        flex-wrap: wrap;
        gap: 0 16px;
      }
      .crisis .link {
        display: inline-flex;
        align-items: center;
        padding-inline: 0;
      }
      @media (max-width: 420px) {
        main {
          padding-inline: 16px;
        }
        section {
          padding: 16px;
        }
      }
    `,
  ];

  /** The hour's id: how one feels can be said before, and without, the rest being read. */
  @property() hourId = '';
  /** What it was; null where that could not be read any more. */
  @property({ attribute: false }) hour: Appointment | null = null;
  @property({ attribute: false }) next: Appointment | null = null;
  @property({ attribute: false }) clinic: Clinic | null = null;
  /** Whether the calendar was read: until then nothing is said of what comes next. */
  @property({ type: Boolean }) known = false;
  @state() private neutral = false;
  @state() private mood: number | null = null;
  @state() private noted: boolean | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    const timer = window.setTimeout(() => (this.neutral = true), NEUTRAL_MS);
    this.while(() => window.clearTimeout(timer));
  }

  override render() {
    if (this.neutral) {
      return html`
        <main>
          <h1 class="unseen" tabindex="-1">${t('title')}</h1>
          <p>${t('neutral.body')}</p>
        </main>
      `;
    }
    return html`
      <main data-testid="visit-after">
        <qr-scene></qr-scene>
        <div class="words">
          <h1 tabindex="-1">${t('after.thanks')}</h1>
          <p class="sub">${t('after.thanks.sub')}</p>
        </div>
        <div class="cards">
          ${this.moodCard()}
          <section><qr-line-rating .hourId=${this.hourId}></qr-line-rating></section>
          <qr-recorded-hour .hour=${this.hourId}></qr-recorded-hour>
          ${this.known ? this.nextCard() : nothing} ${this.staysCard()}
        </div>
        ${this.crisis()}
      </main>
    `;
  }

  private moodCard() {
    const noted =
      this.noted === null ? '' : t(this.noted ? 'visit.after.noted' : 'visit.after.unnoted');
    return html`
      <section aria-labelledby="mood" data-testid="mood-after">
        <h2 id="mood">${t('visit.after.mood')}</h2>
        <qr-mood
          label=${t('visit.after.mood')}
          .value=${this.mood}
          @mood=${(event: CustomEvent<number>) => this.handleMood(event.detail)}
        ></qr-mood>
        <p class="quiet" role="status" data-testid="mood-noted">${noted}</p>
        ${
          this.mood === null || this.noted === true
            ? nothing
            : html`
                <button class="plain" data-testid="mood-send" @click=${() => void this.sendMood()}>
                  ${t('visit.mood.done')}
                </button>
              `
        }
      </section>
    `;
  }

  private nextCard() {
    const { next } = this;
    return html`
      <section aria-labelledby="next" data-testid="next-hour">
        <h2 id="next">${t('visit.after.next')}</h2>
        ${
          next === null
            ? html`
                <p>${t('visit.after.next.none')}</p>
              `
            : html`
                <p>${whenNext(next)}</p>
                <button
                  class="link start"
                  data-testid="add-to-calendar"
                  @click=${() => giveCalendarFile(next)}
                >
                  ${t('visit.calendar')}
                </button>
              `
        }
      </section>
    `;
  }

  private staysCard() {
    const { hour } = this;
    const phone = this.clinic?.phone ?? '';
    return html`
      <section aria-labelledby="stays" data-testid="what-stays">
        <h2 id="stays">${t('visit.after.stays')}</h2>
        <ul class="facts">
          ${
            hour === null
              ? nothing
              : html`
                  <li>${whenItWas(hour)}</li>
                `
          }
          <li>${t('visit.after.stays.mood')}</li>
          <li>${t('visit.after.stays.line')}</li>
          <li>${t('visit.after.stays.text')}</li>
          <li>${t('visit.after.stays.place')}</li>
        </ul>
        <p>${t('visit.after.who')}</p>
        <p>${phone === '' ? t('visit.after.delete') : t('visit.after.delete.phone', { phone })}</p>
      </section>
    `;
  }

  /** Small, and always there where the clinic has chosen any. */
  private crisis() {
    const lines = this.clinic?.crisis_lines ?? [];
    if (lines.length === 0) return nothing;
    return html`
      <aside class="crisis" aria-labelledby="crisis" data-testid="crisis-lines">
        <h2 id="crisis">${t('visit.after.crisis')}</h2>
        <ul>
          ${lines.map(
            ([what, number]) => html`
              <li>
                <a class="button link" href=${dialled(number) ?? nothing}>${what} ${number}</a>
              </li>
            `,
          )}
        </ul>
      </aside>
    `;
  }

  private handleMood(value: number): void {
    this.mood = value;
    this.noted = null;
  }

  private async sendMood(): Promise<void> {
    const { mood } = this;
    if (mood === null) return;
    const answer = await giveMood(this.hourId, 'after', mood);
    // Chosen anew meanwhile: that one has not been sent.
    if (this.mood === mood) this.noted = answer.kind === 'done';
  }
}

function whenItWas(hour: Appointment): string {
  // When the two met, which may have been before or after the time that was agreed.
  const begun = hour.begun_at ?? hour.starts_at;
  const time = `${timeOfDay(begun)}–${timeOfDay(hour.ended_at ?? hour.ends_at)}`;
  return t('visit.after.stays.time', { day: dayOf(hour.starts_at), time });
}
