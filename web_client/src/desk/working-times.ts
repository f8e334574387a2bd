/** When a counsellor works: a week, days off, and how hours are booked in it. */

import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import { DeskElement, fields, trouble } from './desk-element';
import { troubleOf } from './views';
import { isWhole, othersIn, rulesOf, type Stretch, type Week, weekOf } from './week';
import { weekdayName } from '../i18n/dates';
import { type Key, t } from '../i18n/language';
import type { WorkingDay, WorkingTimes } from '../protocol/bodies';
import { base, buttons } from '../ui/element';
import '../ui/sheet';

const NEW: Stretch = { from: '09:00', until: '12:00' };
const LENGTHS = [25, 30, 40, 45, 50, 60, 75, 80, 90];
const NOTICES = [0, 2, 6, 12, 24, 48, 72];
const HOUR = 60;

@customElement('qr-working-times')
export class WorkingTimesSheet extends DeskElement {
  static override styles = [
    base,
    buttons,
    fields,
    css`
      :host {
        display: contents;
      }
      fieldset {
        border: 0;
        margin: 0;
        padding: 8px 0;
        border-block-start: 1px solid var(--hair);
      }
      legend {
        float: inline-start;
        inline-size: 4.5em;
        padding-block: 10px;
        font-weight: 600;
      }
      .day {
        display: grid;
        gap: 4px;
        justify-items: start;
      }
      .stretch,
      .row {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 8px;
      }
      input,
      select {
        inline-size: auto;
        min-block-size: 44px;
      }
      .about {
        color: var(--ink-2);
      }
      .small {
        padding-inline: 8px;
      }
    `,
  ];

  /** Whose times: one's own id. */
  @property() person = '';
  @state() private loaded = false;
  @state() private week: Week = weekOf(null);
  @state() private saving = false;
  @state() private saved = false;
  @state() private trouble: Key | null = null;
  private said: WorkingTimes | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
  }

  override render() {
    return html`
      <qr-sheet heading=${t('desk.times')}>
        <form @submit=${(event: SubmitEvent) => void this.save(event)}>
          <p class="about">${t('desk.times.about', { zone: this.zone })}</p>
          ${this.week.map((day, place) => this.day(day, place))} ${this.rest()}
          ${trouble(this.trouble)}
          <div class="row">
            <button
              type="submit"
              class="primary"
              ?disabled=${!this.loaded || this.saving}
              data-testid="times-save"
            >
              ${t(this.saving ? 'desk.sending' : 'desk.times.save')}
            </button>
            <span role="status" data-testid="times-saved">
              ${this.saved ? t('desk.times.saved') : ''}
            </span>
          </div>
        </form>
      </qr-sheet>
    `;
  }

  private day(day: readonly Stretch[], place: number) {
    return html`
      <fieldset data-day=${place}>
        <legend>${weekdayName(place)}</legend>
        <div class="day">
          ${day.map((stretch, which) => this.stretch(stretch, place, which))}
          <button
            type="button"
            class="link small"
            aria-label=${`${weekdayName(place)}: ${t('desk.times.add')}`}
            @click=${() => this.change(place, [...day, NEW])}
          >
            ${t('desk.times.add')}
          </button>
        </div>
      </fieldset>
    `;
  }

  private stretch(stretch: Stretch, place: number, which: number) {
    const put = (changed: Partial<Stretch>): void => {
      const day = this.week[place] ?? [];
      this.change(
        place,
        day.map((each, at) => (at === which ? { ...each, ...changed } : each)),
      );
    };
    const remove = (): void =>
      this.change(
        place,
        (this.week[place] ?? []).filter((_each, at) => at !== which),
      );
    return html`
      <div class="stretch">
        <input
          type="time"
          required
          aria-label=${`${weekdayName(place)} ${t('desk.times.from')}`}
          .value=${stretch.from}
          @change=${(event: Event) => put({ from: valueOf(event) })}
        />
        <span aria-hidden="true">–</span>
        <input
          type="time"
          required
          aria-label=${`${weekdayName(place)} ${t('desk.times.until')}`}
          .value=${stretch.until}
          @change=${(event: Event) => put({ until: valueOf(event) })}
        />
        <button
          type="button"
          class="link small"
          aria-label=${`${weekdayName(place)} ${stretch.from}: ${t('desk.times.remove')}`}
          @click=${remove}
        >
          ${t('desk.times.remove')}
        </button>
      </div>
    `;
  }

  private rest() {
    const others = othersIn(this.said).length;
    const { minutes = 50, notice_minutes: notice = 12 * HOUR } = this.said ?? {};
    return html`
      ${
        others === 0
          ? nothing
          : html`
              <p class="about">${t('desk.times.others', { count: others })}</p>
            `
      }
      <label>
        ${t('desk.times.off')}
        <input
          name="off"
          autocomplete="off"
          placeholder="2026-12-25, 2027-01-01"
          .value=${this.daysOff.join(', ')}
          @change=${() => (this.saved = false)}
        />
        <span class="hint">${t('desk.times.off.about')}</span>
      </label>
      <label>${t('desk.times.minutes')} ${choice('minutes', LENGTHS, minutes)}</label>
      <label>
        ${t('desk.times.notice')} ${choice('notice', NOTICES, Math.round(notice / HOUR))}
      </label>
    `;
  }

  private get zone(): string {
    return this.said?.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  }

  private get daysOff(): readonly string[] {
    return (this.said?.days ?? [])
      .filter(({ openings = [] }) => openings.length === 0)
      .map(({ day }) => day);
  }

  private change(place: number, day: readonly Stretch[]): void {
    this.week = this.week.map((each, at) => (at === place ? day : each));
    this.saved = false;
  }

  /** What was said before is shown first. */
  private async load(): Promise<void> {
    const answer = await this.ask<WorkingTimes>('GET', `people/${this.person}/working-times`);
    const isNone = answer.kind === 'refused' && answer.code === 'not_found';
    this.trouble = isNone ? null : troubleOf(answer);
    if (answer.kind === 'done') this.said = answer.said;
    this.week = weekOf(this.said);
    this.loaded = isNone || answer.kind === 'done';
  }

  private async save(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (this.saving) return;
    const form = new FormData(event.target as HTMLFormElement);
    const off = textOf(form, 'off')
      .split(/[\s,，、]+/)
      .filter((day) => day !== '');
    if (!isWhole(this.week) || !off.every(isDay)) {
      this.trouble = 'desk.times.wrong';
      return;
    }
    this.saving = true;
    const times = this.made(form, off);
    const answer = await this.ask('PUT', `people/${this.person}/working-times`, times);
    this.saving = false;
    this.trouble = troubleOf(answer);
    this.saved = answer.kind === 'done';
    if (this.saved) this.said = times;
  }

  private made(form: FormData, off: readonly string[]): WorkingTimes {
    const minutes = Number(textOf(form, 'minutes'));
    const kept = (this.said?.days ?? []).filter(({ openings = [] }) => openings.length > 0);
    const days: WorkingDay[] = [...new Set(off)].map((day) => ({ day, openings: [] }));
    return {
      ...this.said,
      zone: this.zone,
      rules: [...rulesOf(this.week), ...othersIn(this.said)],
      days: [...kept.filter(({ day }) => !off.includes(day)), ...days],
      minutes,
      // One after the other, with ten minutes or so between them.
      every_minutes: Math.ceil((minutes + 5) / 15) * 15,
      notice_minutes: Number(textOf(form, 'notice')) * HOUR,
    };
  }
}

function choice(name: string, values: readonly number[], chosen: number) {
  const all = [...new Set([...values, chosen])].sort((one, other) => one - other);
  return html`
    <select name=${name}>
      ${all.map(
        (each) => html`
          <option value=${each} ?selected=${each === chosen}>${each}</option>
        `,
      )}
    </select>
  `;
}

function valueOf(event: Event): string {
  return (event.target as HTMLInputElement).value;
}

function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value : '';
}

function isDay(day: string): boolean {
  return /^20\d\d-\d\d-\d\d$/.test(day) && !Number.isNaN(Date.parse(day));
}
