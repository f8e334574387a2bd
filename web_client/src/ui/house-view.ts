/** Alerts that hold now, and room that is left: two cards at the top of the operator's page. */

import { css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';

import { base, QuietElement } from './element';
import { type AlertRow, type Capacity, type House, urgencyKey } from './house';
import { count, t } from '../i18n/language';

@customElement('qr-house')
export class HouseView extends QuietElement {
  static override styles = [
    base,
    css`
      :host {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(300px, 100%), 1fr));
        gap: 16px;
        margin-block-end: 40px;
      }
      section {
        background: var(--surface);
        border-radius: var(--round-card);
        padding: 20px 24px;
      }
      h2 {
        color: var(--ink-2);
        margin-block-end: 4px;
      }
      .large {
        font-size: var(--sentence);
        line-height: 1.4;
        text-wrap: balance;
        margin-block-end: 4px;
      }
      .amber {
        color: var(--amber);
      }
      .sub {
        color: var(--ink-2);
      }
      li {
        padding-block: 12px;
        border-block-start: 1px solid var(--hair);
      }
      li:last-child {
        padding-block-end: 0;
      }
      ul {
        margin-block-start: 12px;
      }
      .urgent {
        color: var(--amber);
        font-weight: 600;
      }
    `,
  ];

  @property({ attribute: false }) house!: House;

  override render() {
    const { alerts, capacity } = this.house;
    return html`
      ${alerts === null ? nothing : this.alerts(alerts)}
      ${capacity === null ? nothing : this.capacity(capacity)}
    `;
  }

  /** Only how many there are is said aloud as it changes: minutes that pass are no news. */
  private alerts(alerts: readonly AlertRow[]) {
    const none = alerts.length === 0;
    return html`
      <section aria-labelledby="alerts" data-testid="alerts">
        <h2 id="alerts">${t('operator.alerts')}</h2>
        <p class="large ${none ? '' : 'amber'}" role="status">
          ${none ? t('operator.alerts.none') : t('operator.alerts.count', { count: count(alerts.length) })}
        </p>
        ${
          none
            ? nothing
            : html`
                <ul role="list">
                  ${alerts.map((row) => this.alert(row))}
                </ul>
              `
        }
      </section>
    `;
  }

  private alert(row: AlertRow) {
    const { alert, minutes, raised } = row;
    const since =
      minutes === 0
        ? t('operator.alerts.now')
        : t('operator.alerts.since', { count: count(minutes) });
    return html`
      <li data-alert=${alert}>
        <p>${t(`operator.alert.${alert}`)}</p>
        <p class="sub">${t(`operator.look.${alert}`)}</p>
        <p class="sub">
          <span class=${raised === 'page' ? 'urgent' : ''}>${t(urgencyKey(row))}</span>
          · ${since}
        </p>
      </li>
    `;
  }

  private capacity({ calls, limit, measured }: Capacity) {
    const room =
      calls === 0
        ? t('operator.capacity.none')
        : t('operator.capacity.calls', { count: count(calls) });
    return html`
      <section aria-labelledby="capacity" data-testid="capacity">
        <h2 id="capacity">${t('operator.capacity')}</h2>
        <p class="large ${calls === 0 ? 'amber' : ''}">${room}</p>
        <p class="sub">${t('operator.capacity.limit', { what: t(`operator.limit.${limit}`) })}</p>
        <p class="sub">
          ${t(measured ? 'operator.capacity.measured' : 'operator.capacity.assumed')}
        </p>
      </section>
    `;
  }
}
