/** K2: what a counsellor knows before they go in. What is missing is said, and nothing is in the way. */

import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import { isOver, mayEnter, placeWords, stageWords } from './day';
import { DeskElement, deskLayout, trouble } from './desk-element';
import { callLink, contactOf, nearOf, phoneOf } from './given';
import { planWords } from './plan-words';
import { troubleOf } from './views';
import { hopesLines, linesStyle } from '../thread/card-views';
import { base, buttons } from '../ui/element';
import { type Key, t, timeOfDay } from '../i18n/language';
import type { Appointment, Before, TodayBody } from '../protocol/bodies';

const EVERY_MS = 10_000;

@customElement('qr-hour-card')
export class HourCard extends DeskElement {
  static override styles = [
    base,
    buttons,
    deskLayout,
    linesStyle,
    css`
      .stage {
        font-weight: 600;
        margin-block-start: 8px;
      }
      .missing {
        color: var(--amber);
      }
      .unsafe {
        color: var(--zhe);
        font-weight: 600;
      }
      .place {
        font-size: var(--sentence);
        line-height: 1.4;
      }
      .in {
        min-block-size: 56px;
        font-size: var(--sentence);
        padding-inline: 32px;
      }
      .go {
        margin-block-start: 24px;
      }
    `,
  ];

  @property() hour = '';
  @state() private appointment: Appointment | null = null;
  @state() private day: Before | null = null;
  @state() private trouble: Key | null = null;
  @state() private news = '';
  private now = Date.now();

  override connectedCallback(): void {
    super.connectedCallback();
    this.everyWhileSeen(EVERY_MS, () => void this.look());
  }

  override render() {
    const hour = this.appointment;
    return html`
      <main data-testid="card">
        <h1 tabindex="-1">${hour === null ? t('desk.card') : hour.client.name}</h1>
        ${hour === null ? nothing : this.when(hour)} ${trouble(this.trouble)}
        <p class="unseen" role="status">${this.news}</p>
        ${this.day === null ? nothing : this.given(this.day)}
        <div class="row go">
          ${hour === null || isOver(hour) ? nothing : this.enter(hour)}
          <button class="link" data-testid="back" @click=${() => this.say('open-today')}>
            ${t('desk.today.back')}
          </button>
        </div>
      </main>
    `;
  }

  private when(hour: Appointment) {
    const times = { from: timeOfDay(hour.starts_at), to: timeOfDay(hour.ends_at) };
    return html`
      <p class="sub">${t('desk.card.when', times)}</p>
      <p class="stage" data-testid="stage">${stageWords(hour, this.now)}</p>
    `;
  }

  private given({ today, plan, hopes }: Before) {
    return html`
      ${this.hopes(hopes)}
      <section class="card" aria-labelledby="place">
        <h2 id="place">${t('desk.given.title')}</h2>
        ${
          today === null
            ? html`
                <p class="missing" data-testid="no-place">${t('desk.place.missing')}</p>
                <p class="sub">${t('desk.place.missing.next')}</p>
              `
            : this.place(today)
        }
      </section>
      <section class="card" aria-labelledby="plan">
        <h2 id="plan">${t('desk.plan')}</h2>
        ${this.plan(planWords(plan, today?.phone ?? ''))}
      </section>
    `;
  }

  /** What the client wrote before, as far as they let it stand. */
  private hopes(said: Before['hopes']) {
    return html`
      <section class="card" aria-labelledby="hopes" data-testid="hopes">
        <h2 id="hopes">${t('hopes.desk')}</h2>
        ${
          said === null
            ? html`
                <p class="sub">${t('hopes.none')}</p>
              `
            : hopesLines(said)
        }
      </section>
    `;
  }

  private place(today: TodayBody) {
    const at = today.confirmed_at ?? null;
    return html`
      <p class="place" data-testid="place">${today.place}</p>
      ${
        at === null
          ? nothing
          : html`
              <p class="sub">${t('desk.place.confirmed.at', { time: timeOfDay(at) })}</p>
            `
      }
      <dl>${phoneOf(today.phone)} ${contactOf(today)} ${nearOf(today)}</dl>
    `;
  }

  private plan({ lines, call, unsafe }: ReturnType<typeof planWords>) {
    return html`
      ${lines.map(
        (words, index) => html`
          <p class=${unsafe && index === 0 ? 'unsafe' : ''} data-testid="plan-line">${words}</p>
        `,
      )}
      ${call === null ? nothing : callLink(call, 'plan-call')}
    `;
  }

  private enter(hour: Appointment) {
    const may = mayEnter(hour, this.now);
    return html`
      <button
        class="primary in"
        data-testid="to-room"
        ?disabled=${!may}
        @click=${() => this.say('open-room', { hour: this.hour, known: this.day?.today ?? null })}
      >
        ${t('desk.card.in')}
      </button>
      ${
        may
          ? nothing
          : html`
              <p class="sub">${t('desk.card.early')}</p>
            `
      }
    `;
  }

  private async look(): Promise<void> {
    const path = `appointments/${this.hour}`;
    const [hour, before] = await Promise.all([
      this.ask<Appointment>('GET', path),
      this.ask<Before>('GET', `${path}/today`),
    ]);
    this.now = Date.now();
    this.requestUpdate();
    this.trouble = troubleOf(hour) ?? troubleOf(before);
    if (before.kind === 'done') this.day = before.said;
    if (hour.kind !== 'done') return;
    const known = this.appointment;
    this.appointment = hour.said;
    this.say('hours', [hour.said]);
    if (known !== null) this.tell(known, hour.said);
  }

  /** Only what changed is said: who has come, and that a place was given. */
  private tell(before: Appointment, now: Appointment): void {
    if (before.stage !== now.stage) this.news = stageWords(now, this.now);
    else if (before.confirmed_at === null && now.confirmed_at !== null) this.news = placeWords(now);
  }
}
