/** C1 with the hour known: when, with whom, the counsellor's own words, and one door. */

import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import { giveCalendarFile } from './calendar';
import { arrivalOf } from './hour';
import { humanStyle, humanWords } from './human';
import { factsStyle, safetySheet } from './safety';
import './reminders';
import { helloTo, nameOf, whatNow } from './said';
import { timeElsewhere } from '../i18n/dates';
import { t } from '../i18n/language';
import type { Appointment } from '../protocol/bodies';
import '../recordings/recorded-hour';
import { base, buttons, QuietElement } from '../ui/element';
import { pageLayout } from '../ui/page';
import '../ui/scene';

@customElement('qr-visit-hour')
export class HourPage extends QuietElement {
  static override styles = [
    base,
    buttons,
    pageLayout,
    factsStyle,
    humanStyle,
    css`
      .in {
        inline-size: min(320px, 100%);
        min-block-size: 56px;
      }
      .beside,
      .small {
        color: var(--ink-2);
      }
      qr-recorded-hour {
        inline-size: min(560px, 100%);
      }
      .who {
        display: grid;
        justify-items: center;
        gap: 4px;
        margin-block-end: 12px;
      }
      .also {
        display: flex;
        flex-wrap: wrap;
        justify-content: center;
        gap: 0 8px;
      }
      .also .link {
        display: inline-flex;
        align-items: center;
      }
    `,
  ];

  @property({ attribute: false }) hour!: Appointment;
  /** Given anew whenever what is said of the hour may have changed. */
  @property({ type: Number }) now = Date.now();
  @state() private asking = false;
  @state() private reminding = false;

  override render() {
    const { hour, now } = this;
    const { state } = arrivalOf(hour, now);
    return html`
      <main data-testid="visit-hour" data-state=${state}>
        <qr-scene></qr-scene>
        <div class="words">
          <h1 tabindex="-1">${helloTo(hour, now)}</h1>
          ${this.elsewhere()}
          <p
            class="sub"
            role="status"
            aria-live=${state === 'early' ? 'off' : 'polite'}
            data-testid="what-now"
          >
            ${whatNow(hour, now)}
          </p>
          ${this.counsellor()}
          ${
            state === 'closed'
              ? nothing
              : html`
                  <button
                    class="primary in"
                    data-testid="come-in"
                    @click=${() => this.say('come-in')}
                  >
                    ${t('arrive.in')}
                  </button>
                `
          }
          ${this.also(state === 'closed' || state === 'early')}
        </div>
        ${
          hour.begun_at === null
            ? nothing
            : html`
                <qr-recorded-hour .hour=${hour.id}></qr-recorded-hour>
              `
        }
      </main>
      ${this.asking ? safetySheet(() => (this.asking = false)) : nothing}
      ${
        this.reminding
          ? html`
              <qr-reminders @close-sheet=${() => (this.reminding = false)}></qr-reminders>
            `
          : nothing
      }
    `;
  }

  /** The same moment where the counsellor is. */
  private elsewhere() {
    const { hour } = this;
    const time = timeElsewhere(hour.starts_at, hour.counsellor.time_zone ?? '');
    if (time === null) return nothing;
    return html`
      <p class="beside" data-testid="time-there">
        ${t('visit.there', { name: nameOf(hour), time })}
      </p>
    `;
  }

  private counsellor() {
    const { register_url: register = '', hello = '' } = this.hour.counsellor;
    if (hello === '' && !isSecure(register)) return nothing;
    return html`
      <div class="who">
        ${hello === '' ? nothing : this.note(hello)}
        ${isSecure(register) ? registerLink(register) : nothing}
      </div>
    `;
  }

  private note(hello: string) {
    return html`
      <p class="unseen">${t('visit.note', { name: nameOf(this.hour) })}</p>
      ${humanWords(hello)}
    `;
  }

  private also(ahead: boolean) {
    return html`
      <div class="also">
        ${
          ahead
            ? html`
                <button
                  class="link"
                  data-testid="add-to-calendar"
                  aria-describedby="calendar"
                  @click=${() => giveCalendarFile(this.hour)}
                >
                  ${t('visit.calendar')}
                </button>
              `
            : nothing
        }
        ${
          ahead
            ? html`
                <button
                  class="link"
                  data-testid="remind-me"
                  @click=${() => (this.reminding = true)}
                >
                  ${t('remind.title')}
                </button>
              `
            : nothing
        }
        <button class="link" data-testid="safe-here" @click=${() => (this.asking = true)}>
          ${t('arrive.safe')}
        </button>
      </div>
      ${
        ahead
          ? html`
              <p class="small" id="calendar">${t('visit.calendar.note')}</p>
            `
          : nothing
      }
    `;
  }
}

/** An address of ours to offer: the gateway lets no other through, and neither does this page. */
function isSecure(address: string): boolean {
  return address.startsWith('https://');
}

function registerLink(address: string) {
  return html`
    <a
      class="button link"
      data-testid="register"
      href=${address}
      target="_blank"
      rel="noreferrer noopener"
    >
      ${t('visit.register')}
      <span class="unseen">${t('visit.register.new')}</span>
    </a>
  `;
}
