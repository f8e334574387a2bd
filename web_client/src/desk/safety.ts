/**
 * K5: what a counsellor needs when a client is in danger. Beside the room and never over the face; the room goes on.
 *
 * Rule 1: that it is opened is noted, and nothing of what is in it; the client is not told.
 * Rule 2: it stays as it is when the hour ends, for an hour, also behind a lock.
 */

import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import { DeskElement, deskLayout, trouble } from './desk-element';
import { callLink, contactOf, nearOf, phoneOf } from './given';
import { isPast } from './hour-clock';
import './safety-note';
import { troubleOf } from './views';
import { base, buttons } from '../ui/element';
import { clock } from '../ui/gap-words';
import { type Key, t } from '../i18n/language';
import type { Appointment, NoteKept, Safety, TodayBody } from '../protocol/bodies';

const TICK_MS = 1_000;
const EVERY_MS = 60_000;
const COPIED_MS = 4_000;
const STEPS: readonly Key[] = [
  'desk.safety.step.stay',
  'desk.safety.step.place',
  'desk.safety.step.call',
  'desk.safety.step.contact',
];

@customElement('qr-safety')
export class SafetyPanel extends DeskElement {
  static override styles = [
    base,
    buttons,
    deskLayout,
    css`
      :host {
        background: var(--surface);
        color: var(--ink);
        block-size: 100vh;
        block-size: 100dvh;
        overflow: auto;
        border-inline-start: 1px solid var(--edge);
      }
      section {
        padding: 16px 20px 32px;
      }
      .head {
        display: flex;
        align-items: baseline;
        justify-content: space-between;
        gap: 8px;
        position: sticky;
        inset-block-start: 0;
        background: var(--surface);
      }
      .head h2 {
        margin: 0;
        color: var(--zhe);
        font-weight: 600;
      }
      h3 {
        font-weight: 600;
        margin-block: 20px 4px;
      }
      .place {
        font-size: var(--sentence);
        line-height: 1.4;
        overflow-wrap: anywhere;
      }
      ol {
        list-style: decimal;
        padding-inline-start: 1.5em;
      }
      li + li {
        margin-block-start: 6px;
      }
      dl {
        grid-template-columns: minmax(0, 1fr);
        gap: 0;
      }
      dd {
        margin-block-end: 8px;
      }
      .lines dt {
        margin: 0;
      }
    `,
  ];

  @property() hour = '';
  /** What was known before it was opened, for when the gateway cannot be reached. */
  @property({ attribute: false }) known: TodayBody | null = null;
  @state() private safety: Safety | null = null;
  @state() private trouble: Key | null = null;
  @state() private copied = false;
  private openedAt = Date.now();
  private endedAt: number | null = null;
  private copyTimer: number | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.openedAt = Date.now();
    const tick = window.setInterval(() => this.handleTick(), TICK_MS);
    this.while(() => window.clearInterval(tick));
    const look = window.setInterval(() => void this.look(), EVERY_MS);
    this.while(() => window.clearInterval(look));
    this.while(() => window.clearTimeout(this.copyTimer));
    void this.open();
  }

  override firstUpdated(): void {
    this.focusHeading();
  }

  focusHeading(): void {
    this.renderRoot.querySelector('h2')?.focus();
  }

  override render() {
    const today = this.safety === null ? this.known : this.safety.today;
    return html`
      <section
        aria-labelledby="heading"
        data-testid="safety-panel"
        @keydown=${(event: KeyboardEvent) => this.handleKey(event)}
      >
        <div class="head">
          <h2 id="heading" tabindex="-1">${t('desk.safety.title')}</h2>
          <button class="link" data-testid="safety-close" @click=${() => this.close()}>
            ${t('close')}
          </button>
        </div>
        <p class="sub">${t('desk.safety.noted')}</p>
        <p class="sub">
          ${t('desk.safety.elapsed')}
          <span role="timer" data-testid="elapsed">
            ${clock(Math.max(0, Date.now() - this.openedAt))}
          </span>
        </p>
        ${trouble(this.trouble)}
        ${
          this.trouble === null
            ? nothing
            : html`
                <button class="plain" data-testid="safety-again" @click=${() => void this.open()}>
                  ${t('again')}
                </button>
              `
        }
        <h3>${t('desk.given.title')}</h3>
        ${today === null ? this.nothingGiven() : this.place(today)}
        ${this.safety === null ? nothing : this.lines(this.safety.lines)}
        <h3>${t('desk.safety.steps')}</h3>
        <ol>
          ${STEPS.map(
            (step) => html`
              <li>${t(step)}</li>
            `,
          )}
        </ol>
        ${
          this.safety === null
            ? nothing
            : html`
                <qr-safety-note
                  .hour=${this.hour}
                  .kept=${this.safety}
                  @note-kept=${(event: CustomEvent<NoteKept>) => this.handleKept(event.detail)}
                ></qr-safety-note>
              `
        }
      </section>
    `;
  }

  /** Without a place of today the client's own number is what there is. */
  private nothingGiven() {
    if (this.safety === null && this.trouble === null) {
      return html`
        <p role="status">${t('desk.opening')}</p>
      `;
    }
    const phone = this.safety?.phone ?? '';
    return html`
      <p data-testid="no-place">${t('desk.place.missing')}</p>
      ${
        phone === ''
          ? nothing
          : html`
              <dl>
                <dt>${t('desk.safety.own_phone')}</dt>
                <dd>${callLink(phone, 'own-phone')}</dd>
              </dl>
            `
      }
    `;
  }

  private place(today: TodayBody) {
    const own = this.safety?.phone ?? '';
    return html`
      <p class="place" data-testid="place">${today.place}</p>
      <div class="row">
        <button class="plain" data-testid="copy" @click=${() => void this.copy(today.place)}>
          ${t('desk.safety.copy')}
        </button>
        <span role="status" data-testid="copied">${this.copied ? t('step.copied') : ''}</span>
      </div>
      <dl>
        ${phoneOf(today.phone)} ${contactOf(today)} ${nearOf(today)}
        ${
          own === '' || own === today.phone
            ? nothing
            : html`
                <dt>${t('desk.safety.own_phone')}</dt>
                <dd>${callLink(own, 'own-phone')}</dd>
              `
        }
      </dl>
    `;
  }

  private lines(lines: readonly (readonly string[])[]) {
    return html`
      <h3>${t('desk.safety.lines')}</h3>
      ${
        lines.length === 0
          ? html`
              <p data-testid="no-lines">${t('desk.safety.no_lines')}</p>
            `
          : html`
              <dl class="lines" data-testid="lines">
                ${lines.map(
                  ([name, number]) => html`
                    <dt>${name ?? ''}</dt>
                    <dd>${callLink(number ?? '', 'line')}</dd>
                  `,
                )}
              </dl>
            `
      }
    `;
  }

  private async open(): Promise<void> {
    this.trouble = null;
    const answer = await this.ask<Safety>('POST', `appointments/${this.hour}/safety`);
    this.trouble = troubleOf(answer);
    if (answer.kind === 'done') this.safety = answer.said;
  }

  private async look(): Promise<void> {
    const path = `appointments/${this.hour}`;
    const answer = await this.ask<Appointment>('GET', path, undefined, true);
    // Where it cannot be known when the hour ended, the panel closes an hour from now.
    this.endedAt = answer.kind === 'done' ? answer.said.ended_at : (this.endedAt ?? Date.now());
  }

  private handleKept(kept: NoteKept): void {
    if (this.safety !== null) this.safety = { ...this.safety, ...kept };
  }

  private handleTick(): void {
    if (isPast(this.endedAt, Date.now())) this.close();
    else this.requestUpdate();
  }

  private async copy(place: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(place);
      this.copied = true;
      window.clearTimeout(this.copyTimer);
      this.copyTimer = window.setTimeout(() => (this.copied = false), COPIED_MS);
    } catch {
      this.trouble = 'desk.safety.no_copy';
    }
  }

  private handleKey(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || event.isComposing) return;
    event.stopPropagation();
    this.close();
  }

  private close(): void {
    this.say('close-safety');
  }
}
