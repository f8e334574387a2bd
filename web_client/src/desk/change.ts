/** K8: what stays of a client's hours over time, drawn and in words. A gap of the network is never a silence. */

import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import { chartStyle, metChart, moodChart } from './change-chart';
import { type Row, rowOf } from './change-rows';
import { DeskElement, deskLayout, trouble } from './desk-element';
import { troubleOf } from './views';
import '../recordings/recording-list';
import { base, buttons } from '../ui/element';
import { type Key, t } from '../i18n/language';
import type { Change, Kept } from '../protocol/bodies';

const COLUMNS: readonly (readonly [keyof Row, Key])[] = [
  ['attended', 'desk.change.attended'],
  ['before', 'desk.change.before'],
  ['after', 'desk.change.after'],
  ['met', 'desk.change.met'],
  ['ways', 'desk.change.ways'],
  ['line', 'desk.change.line'],
];

@customElement('qr-change')
export class ChangePage extends DeskElement {
  static override styles = [
    base,
    buttons,
    deskLayout,
    chartStyle,
    css`
      main {
        inline-size: min(960px, 100%);
      }
      .scroll {
        overflow-x: auto;
        margin-block-start: 16px;
        border-radius: var(--round-card);
        background: var(--surface);
      }
      table {
        inline-size: 100%;
        border-collapse: collapse;
      }
      caption {
        text-align: start;
        font-size: var(--sentence);
        padding: 16px 20px 8px;
      }
      th,
      td {
        padding: 10px 12px;
        text-align: start;
        vertical-align: baseline;
        font-weight: inherit;
        border-block-start: 1px solid var(--hair);
      }
      th:first-child {
        padding-inline-start: 20px;
        white-space: nowrap;
      }
      thead th {
        color: var(--ink-2);
        font-size: var(--caption);
      }
      .foot {
        margin-block-start: 16px;
        gap: 8px 24px;
      }
    `,
  ];

  @property() person = '';
  /** What the client wants to be called; empty where this page does not know it. */
  @property() name = '';
  @state() private items: readonly Kept[] | null = null;
  @state() private trouble: Key | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
  }

  override render() {
    return html`
      <main data-testid="change">
        <h1 tabindex="-1">
          ${this.name === '' ? t('desk.change') : t('desk.change.of', { name: this.name })}
        </h1>
        ${trouble(this.trouble)} ${this.items === null ? nothing : this.kept(this.items)}
        <qr-recording-list .client=${this.person}></qr-recording-list>
        <div class="row foot">
          <button class="link" data-testid="back" @click=${() => this.say('open-today')}>
            ${t('desk.today.back')}
          </button>
          ${
            this.items === null || this.items.length === 0
              ? nothing
              : html`
                  <a
                    class="tall"
                    href="/api/v1/people/${this.person}/change?csv=true"
                    download
                    data-testid="csv"
                  >
                    ${t('desk.change.csv')}
                  </a>
                `
          }
        </div>
      </main>
    `;
  }

  private kept(items: readonly Kept[]) {
    if (items.length === 0) {
      return html`
        <p class="sub" data-testid="empty">${t('desk.change.empty')}</p>
      `;
    }
    const rated = items.some(({ before, after }) => before !== null || after !== null);
    return html`
      <section class="card" aria-labelledby="mood">
        <h2 id="mood">${t('desk.change.mood')}</h2>
        <p class="sub">${t('desk.change.mood.about')}</p>
        ${
          rated
            ? moodChart(items)
            : html`
                <p>${t('desk.change.mood.empty')}</p>
              `
        }
      </section>
      <section class="card" aria-labelledby="met">
        <h2 id="met">${t('desk.change.met.title')}</h2>
        <p class="sub" data-testid="network-note">${t('desk.change.network.about')}</p>
        ${metChart(items)}
      </section>
      ${this.table(items.map(rowOf))}
    `;
  }

  private table(rows: readonly Row[]) {
    return html`
      <div class="scroll" tabindex="0" role="region" aria-labelledby="words">
        <table data-testid="change-table">
          <caption id="words">${t('desk.change.table')}</caption>
          <thead>
            <tr>
              <th scope="col">${t('desk.change.day')}</th>
              ${COLUMNS.map(
                ([, key]) => html`
                  <th scope="col">${t(key)}</th>
                `,
              )}
            </tr>
          </thead>
          <tbody>
            ${rows.map(
              (row) => html`
                <tr data-session=${row.session}>
                  <th scope="row">${row.day}</th>
                  ${COLUMNS.map(
                    ([column]) => html`
                      <td>${row[column]}</td>
                    `,
                  )}
                </tr>
              `,
            )}
          </tbody>
        </table>
      </div>
    `;
  }

  private async load(): Promise<void> {
    const answer = await this.ask<Change>('GET', `people/${this.person}/change`);
    this.trouble = troubleOf(answer);
    if (answer.kind === 'done') this.items = answer.said.items;
  }
}
