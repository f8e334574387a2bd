/** K6: an hour is over. How long it was, the client's own measure, where time was lost, and when next. No notes. */

import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import { lineWords, moodWords, saidWords } from './change-rows';
import { nextBooked } from './day';
import { DeskElement, deskLayout, trouble } from './desk-element';
import { untilWords } from './safety-note';
import { troubleOf } from './views';
import '../recordings/recording-list';
import { base, buttons } from '../ui/element';
import '../ui/gap-list';
import { dayOf } from '../i18n/dates';
import { type Key, t, timeOfDay } from '../i18n/language';
import type { TimelineView } from '../media/timeline';
import type { Appointment, Appointments, Change, Kept, NoteKept } from '../protocol/bodies';

/** The client's own measure of an hour comes after it: their page asks them as they leave. */
const EVERY_MS = 15_000;
const YEAR_MS = 366 * 24 * 60 * 60_000;

@customElement('qr-hour-after')
export class HourAfter extends DeskElement {
  static override styles = [
    base,
    buttons,
    deskLayout,
    css`
      .go {
        margin-block-start: 24px;
      }
      .note {
        white-space: pre-wrap;
        overflow-wrap: anywhere;
        max-inline-size: 60ch;
      }
    `,
  ];

  @property() hour = '';
  /** Where time was lost, as this page saw it; null after a reload. */
  @property({ attribute: false }) timeline: TimelineView | null = null;
  @state() private appointment: Appointment | null = null;
  @state() private kept: Kept | null = null;
  @state() private note: NoteKept | null = null;
  @state() private next: Appointment | null | undefined = undefined;
  @state() private trouble: Key | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.everyWhileSeen(EVERY_MS, () => void this.look());
  }

  override render() {
    const hour = this.appointment;
    return html`
      <main data-testid="hour-after">
        <h1 tabindex="-1">${t('after.counsellor.ended')}</h1>
        ${trouble(this.trouble)} ${hour === null ? nothing : this.facts(hour)}
        ${this.timeline === null ? nothing : this.gaps(this.timeline)} ${this.noted()}
        ${hour === null ? nothing : recordingsOf(hour)}
        <div class="row go">
          <button class="primary" data-testid="back" @click=${() => this.say('open-today')}>
            ${t('desk.today.back')}
          </button>
          ${
            hour === null
              ? nothing
              : html`
                  <button
                    class="link"
                    data-testid="see-change"
                    @click=${() => this.say('open-change', hour.client.id)}
                  >
                    ${t('desk.change.see')}
                  </button>
                `
          }
        </div>
      </main>
    `;
  }

  private facts(hour: Appointment) {
    const moods = this.kept === null ? null : moodWords(this.kept);
    const said = this.kept === null ? null : saidWords(this.kept);
    return html`
      <section class="card">
        <dl>
          <dt>${t('desk.after.met')}</dt>
          <dd data-testid="met">${metWords(hour)}</dd>
          ${
            moods === null
              ? nothing
              : html`
                  <dt>${t('desk.after.mood')}</dt>
                  <dd data-testid="mood">${moods}</dd>
                `
          }
          ${this.timeline === null && this.kept?.line ? this.line(this.kept) : nothing}
          ${
            said === null
              ? nothing
              : html`
                  <dt>${t('desk.after.line_said')}</dt>
                  <dd data-testid="line-said">${said}</dd>
                `
          }
          ${this.next === undefined ? nothing : this.following(this.next)}
        </dl>
      </section>
    `;
  }

  private line(kept: Kept) {
    return html`
      <dt>${t('desk.change.line')}</dt>
      <dd data-testid="line">${lineWords(kept)}</dd>
    `;
  }

  private following(next: Appointment | null) {
    return html`
      <dt>${t('desk.after.next')}</dt>
      <dd data-testid="next">
        ${
          next === null
            ? t('desk.after.no_next')
            : t('desk.after.next.at', {
                day: dayOf(next.starts_at),
                time: timeOfDay(next.starts_at),
              })
        }
      </dd>
    `;
  }

  private gaps(timeline: TimelineView) {
    return html`
      <section class="card" aria-labelledby="gaps">
        <h2 id="gaps">${t('timeline.title')}</h2>
        <qr-gap-list .view=${timeline}></qr-gap-list>
      </section>
    `;
  }

  /** What was noted in the safety panel, as long as it is kept. */
  private noted() {
    const { note } = this;
    if (typeof note?.note_until !== 'number') return nothing;
    return html`
      <section class="card" aria-labelledby="noted">
        <h2 id="noted">${t('desk.note.title')}</h2>
        <p class="note" data-testid="note">${note.note}</p>
        <p class="sub">${t('desk.note.kept', { until: untilWords(note.note_until) })}</p>
      </section>
    `;
  }

  private async look(): Promise<void> {
    const { unattended } = this;
    const answer = await this.ask<Appointment>('GET', `appointments/${this.hour}`);
    this.trouble = troubleOf(answer);
    if (answer.kind !== 'done') return;
    this.appointment = answer.said;
    this.say('hours', [answer.said]);
    await this.lookFurther(answer.said, unattended);
  }

  private async lookFurther(hour: Appointment, unattended: boolean): Promise<void> {
    const { client, counsellor, starts_at } = hour;
    const now = Date.now();
    const coming = `whose=client&person=${client.id}&since=${now}&until=${now + YEAR_MS}`;
    const [change, hours, note] = await Promise.all([
      this.ask<Change>(
        'GET',
        `people/${client.id}/change?since=${starts_at}`,
        undefined,
        unattended,
      ),
      this.ask<Appointments>('GET', `appointments?${coming}`, undefined, unattended),
      this.ask<NoteKept>('GET', `appointments/${this.hour}/safety-note`, undefined, unattended),
    ]);
    if (note.kind === 'done') this.note = note.said;
    if (change.kind === 'done') {
      this.kept = change.said.items.find(({ session }) => session === this.hour) ?? null;
    }
    if (hours.kind === 'done') this.next = nextBooked(hours.said.items, counsellor.id, now);
  }
}

function recordingsOf({ id, client }: Appointment) {
  return html`
    <qr-recording-list .client=${client.id} .session=${id}></qr-recording-list>
  `;
}

/** How long the two were together, from the moment they met. */
function metWords({ begun_at, ended_at }: Appointment): string {
  if (begun_at === null) return t('desk.after.not_met');
  const until = ended_at ?? Date.now();
  return t('desk.minutes', { count: Math.max(1, Math.round((until - begun_at) / 60_000)) });
}
