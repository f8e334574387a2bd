/** K1: the counsellor's day, from top to bottom. It stays fresh while somebody looks at it. */

import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';

import {
  afterLook,
  aroundNow,
  beginsOn,
  type Bounds,
  dayBounds,
  isShownOn,
  nextOf,
  withHour,
} from './day';
import { DeskElement, deskLayout, trouble } from './desk-element';
import './hello-sheet';
import './working-times';
import './hour-row';
import { troubleOf } from './views';
import { base, buttons } from '../ui/element';
import '../ui/sheet';
import { dayOf, sameDay } from '../i18n/dates';
import { all, type Key, t, timeOfDay } from '../i18n/language';
import type { Appointment, Appointments, Late, Me } from '../protocol/bodies';

const EVERY_MS = 10_000;

@customElement('qr-today')
export class Today extends DeskElement {
  static override styles = [
    base,
    buttons,
    deskLayout,
    css`
      .days {
        margin-block: 8px 16px;
        margin-inline-start: -12px;
      }
      ol {
        display: grid;
        gap: 12px;
      }
      .empty {
        font-size: var(--sentence);
        color: var(--ink-2);
        padding-block: 32px;
      }
      .foot {
        margin-block-start: 32px;
        margin-inline-start: -12px;
      }
    `,
  ];

  @property({ attribute: false }) me!: Me;
  @state() private hours: readonly Appointment[] | null = null;
  @state() private trouble: Key | null = null;
  @state() private news = '';
  /** The hour that somebody is about to cancel. */
  @state() private cancelling: Appointment | null = null;
  @state() private writing = false;
  @state() private setting = false;
  @state() private day: Bounds = dayBounds(Date.now());
  private now = Date.now();
  /** Until an answer has come a second tap would be for nothing. */
  private busy = false;
  /** Whether the day shown is this one, and goes on at midnight. */
  private stays = true;

  override connectedCallback(): void {
    super.connectedCallback();
    this.everyWhileSeen(EVERY_MS, () => void this.look());
  }

  override render() {
    const today = sameDay(this.day.since, this.now);
    return html`
      <main
        data-testid="today"
        @be-late=${(event: CustomEvent<{ id: string; minutes: number }>) => void this.beLate(event.detail)}
        @ask-cancel=${(event: CustomEvent<string>) => this.askCancel(event.detail)}
      >
        <h1 tabindex="-1">${today ? t('desk.today') : dayOf(this.day.since)}</h1>
        ${
          today
            ? html`
                <p class="sub">${dayOf(this.day.since)}</p>
              `
            : nothing
        }
        <div class="row days" role="group" aria-label=${t('desk.days')}>
          <button class="link" data-testid="day-before" @click=${() => this.go(-1)}>
            ${t('desk.day.before')}
          </button>
          ${
            today
              ? nothing
              : html`
                  <button class="link" data-testid="day-now" @click=${() => this.goNow()}>
                    ${t('desk.today.back')}
                  </button>
                `
          }
          <button class="link" data-testid="day-after" @click=${() => this.go(1)}>
            ${t('desk.day.after')}
          </button>
        </div>
        ${trouble(this.trouble)}
        <p class="unseen" role="status" data-testid="news">${this.news}</p>
        ${this.list(today)}
        <p class="foot">
          <button class="link" data-testid="hello" @click=${() => (this.writing = true)}>
            ${t('desk.hello')}
          </button>
          <button class="link" data-testid="working-times" @click=${() => (this.setting = true)}>
            ${t('desk.times')}
          </button>
        </p>
      </main>
      ${this.cancelling === null ? nothing : this.confirm(this.cancelling)}
      ${
        this.writing
          ? html`
              <qr-hello-sheet
                .person=${this.me.id}
                @close-sheet=${() => (this.writing = false)}
              ></qr-hello-sheet>
            `
          : nothing
      }
      ${
        this.setting
          ? html`
              <qr-working-times
                .person=${this.me.id}
                @close-sheet=${() => (this.setting = false)}
              ></qr-working-times>
            `
          : nothing
      }
    `;
  }

  private list(today: boolean) {
    if (this.hours === null) return nothing;
    if (this.hours.length === 0) {
      return html`
        <p class="empty" data-testid="empty">${t(today ? 'desk.empty' : 'desk.empty.day')}</p>
      `;
    }
    const next = today ? nextOf(this.hours, this.now) : null;
    return html`
      <ol role="list">
        ${repeat(
          this.hours,
          ({ id }) => id,
          (hour) => html`
            <li>
              <qr-hour-row
                .hour=${hour}
                .now=${this.now}
                .next=${hour.id === next?.id}
                .elsewhen=${!beginsOn(this.day, hour)}
              ></qr-hour-row>
            </li>
          `,
        )}
      </ol>
    `;
  }

  private confirm({ client, starts_at }: Appointment) {
    return html`
      <qr-sheet heading=${t('desk.cancel.title')} @close-sheet=${() => (this.cancelling = null)}>
        <p>${t('desk.cancel.body', { name: client.name, time: timeOfDay(starts_at) })}</p>
        <div class="row">
          <button class="plain" data-testid="cancel-no" @click=${() => (this.cancelling = null)}>
            ${t('desk.cancel.no')}
          </button>
          <button class="ending" data-testid="cancel-yes" @click=${() => void this.cancel()}>
            ${t('desk.cancel.yes')}
          </button>
        </div>
      </qr-sheet>
    `;
  }

  private async look(): Promise<void> {
    if (this.stays) this.day = dayBounds(Date.now());
    const { since } = this.day;
    const asked = this.stays ? aroundNow(this.day, Date.now()) : this.day;
    const path = `appointments?whose=counsellor&since=${asked.since}&until=${asked.until}`;
    const answer = await this.ask<Appointments>('GET', path);
    // Another day was chosen meanwhile: its own answer is on its way.
    if (since !== this.day.since) return;
    this.now = Date.now();
    this.requestUpdate();
    this.trouble = troubleOf(answer);
    if (answer.kind !== 'done') return;
    const { hours, arrived } = afterLook(
      this.hours,
      answer.said.items.filter((hour) => isShownOn(this.day, hour)),
    );
    this.hours = hours;
    if (arrived.length > 0) this.news = t('desk.news.arrived', { names: all(arrived) });
    this.say('hours', hours);
  }

  private go(days: number): void {
    this.show(dayBounds(this.day.since, days));
  }

  private goNow(): void {
    this.show(dayBounds(Date.now()));
  }

  private show(day: Bounds): void {
    this.day = day;
    this.stays = sameDay(day.since, Date.now());
    this.hours = null;
    this.news = '';
    void this.look();
    void this.updateComplete.then(() => this.renderRoot.querySelector('h1')?.focus());
  }

  private async beLate({ id, minutes }: { id: string; minutes: number }): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    const body: Late = { minutes };
    const answer = await this.ask<Appointment>('PUT', `appointments/${id}/late`, body);
    this.busy = false;
    this.trouble = troubleOf(answer);
    if (answer.kind !== 'done' || this.hours === null) return;
    this.hours = withHour(this.hours, answer.said);
    this.news = minutes === 0 ? t('desk.late.taken_back') : t('desk.late.said', { count: minutes });
  }

  private askCancel(id: string): void {
    this.cancelling = this.hours?.find((hour) => hour.id === id) ?? null;
  }

  private async cancel(): Promise<void> {
    if (this.cancelling === null || this.busy) return;
    this.busy = true;
    const answer = await this.ask('DELETE', `appointments/${this.cancelling.id}`);
    this.busy = false;
    this.cancelling = null;
    await this.look();
    this.trouble = troubleOf(answer) ?? this.trouble;
    if (answer.kind === 'done') this.news = t('desk.cancel.done');
  }
}
