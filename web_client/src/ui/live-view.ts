/** How calls are now, for whoever runs the gateway: figures, codes and roles, and nobody's name. */

import { css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';

import { base, QuietElement } from './element';
import {
  type CallRow,
  faultKey,
  hearingKey,
  joinShare,
  type Live,
  sentenceKey,
  sumOf,
  type Tally,
} from './live';
import { amount, count, decimal, type Key, percent, t } from '../i18n/language';

@customElement('qr-live')
export class LiveView extends QuietElement {
  static override styles = [
    base,
    css`
      .now {
        font-size: var(--sentence);
        line-height: 1.4;
        margin-block-end: 8px;
      }
      .now.badly {
        color: var(--amber);
      }
      .sub {
        color: var(--ink-2);
        max-inline-size: 44em;
      }
      section {
        margin-block-start: 40px;
      }
      h2 {
        font-size: var(--sentence);
        margin-block-end: 12px;
      }
      dl {
        margin: 0;
      }
      dd {
        margin: 0;
      }
      .rungs {
        display: grid;
        grid-template-columns: repeat(5, minmax(0, 1fr));
        gap: 1px;
        background: var(--hair);
        border-radius: var(--round-card);
        overflow: hidden;
        margin-block-start: 24px;
      }
      .rungs > div {
        display: flex;
        flex-direction: column-reverse;
        justify-content: flex-end;
        background: var(--surface);
        padding: 16px 20px;
      }
      .rungs dt {
        color: var(--ink-2);
      }
      .rungs dd {
        font-size: var(--headline);
        line-height: 1.3;
      }
      .rungs .none dd {
        color: var(--ink-2);
      }
      table {
        inline-size: 100%;
        border-collapse: collapse;
        background: var(--surface);
        border-radius: var(--round-card);
        overflow: hidden;
        text-align: start;
      }
      th,
      td {
        padding: 12px 16px;
        text-align: start;
        font-weight: inherit;
        vertical-align: baseline;
        border-block-end: 1px solid var(--hair);
      }
      tbody tr:last-child > * {
        border-block-end: none;
      }
      thead th {
        color: var(--ink-2);
        font-size: var(--caption);
        white-space: nowrap;
      }
      .figure {
        text-align: end;
        white-space: nowrap;
      }
      .code {
        font-family: ui-monospace, 'SF Mono', Consolas, monospace;
        font-size: 1.05em;
        letter-spacing: 0.06em;
      }
      .bad {
        color: var(--amber);
        font-weight: 600;
      }
      .more {
        color: var(--ink-2);
        font-size: var(--caption);
        margin-block-start: 12px;
        max-inline-size: 60em;
      }
      .two {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(260px, 1fr));
        gap: 16px;
      }
      .two > div {
        background: var(--surface);
        border-radius: var(--round-card);
        padding: 20px 24px;
      }
      h3 {
        color: var(--ink-2);
      }
      .share {
        font-size: var(--headline);
        line-height: 1.3;
      }
      .tally {
        margin-block-start: 12px;
      }
      .tally > div {
        display: flex;
        justify-content: space-between;
        gap: 16px;
        padding-block: 4px;
      }
      .tally dt {
        color: var(--ink-2);
      }
      /* Too narrow for six columns: each call is a card, its figures under their own words. */
      @media (max-width: 720px) {
        .rungs {
          grid-template-columns: 1fr;
        }
        .rungs > div {
          flex-direction: row;
          justify-content: space-between;
          align-items: baseline;
          padding: 8px 20px;
        }
        .rungs dd {
          font-size: var(--sentence);
        }
        table,
        tbody,
        tr {
          display: block;
        }
        thead {
          position: absolute;
          inline-size: 1px;
          block-size: 1px;
          overflow: hidden;
          clip-path: inset(50%);
        }
        tr {
          padding: 12px 20px;
          border-block-end: 1px solid var(--hair);
        }
        tbody tr:last-child {
          border-block-end: none;
        }
        tbody th,
        td {
          display: flex;
          justify-content: space-between;
          gap: 16px;
          padding: 4px 0;
          border: none;
          text-align: end;
          white-space: normal;
        }
        tbody th::before,
        td::before {
          content: attr(data-label);
          color: var(--ink-2);
          text-align: start;
          font-family: var(--face-han);
          letter-spacing: 0;
          font-weight: 400;
        }
      }
    `,
  ];

  @property({ attribute: false }) live!: Live;

  override render() {
    const { live } = this;
    const { well, badly, unknown } = live.hearing;
    return html`
      <p class="now ${badly > 0 ? 'badly' : ''}" data-testid="now">
        ${t(sentenceKey(live), { well: count(well), badly: count(badly) })}
      </p>
      ${unknown > 0 ? this.aside('operator.now.some_unknown', unknown) : nothing}
      ${live.silent > 0 ? this.aside('operator.now.silent', live.silent) : nothing}
      <dl class="rungs" aria-label=${t('operator.rungs')}>
        ${live.sessions.map(
          ({ rung, value }) => html`
            <div class=${value === 0 ? 'none' : ''} data-rung=${rung}>
              <dt>${t(`operator.rung.${rung}`)}</dt>
              <dd>${count(value)}</dd>
            </div>
          `,
        )}
      </dl>
      <section>
        <h2 id="worst">${t('operator.worst')}</h2>
        ${live.worst.length === 0 ? this.noCalls() : this.table(live.worst)}
      </section>
      <section>
        <h2>${t('operator.lately')}</h2>
        <div class="two">${this.joins()} ${this.reconnects()}</div>
      </section>
    `;
  }

  private aside(key: Key, value: number) {
    return html`
      <p class="sub">${t(key, { count: count(value) })}</p>
    `;
  }

  private noCalls() {
    return html`
      <p class="sub">${t('operator.worst.empty')}</p>
    `;
  }

  /** The roles are said, for the narrow layout takes them from the elements in some browsers. */
  private table(rows: readonly CallRow[]) {
    const columns = ['call', 'hearing', 'loss', 'rtt', 'rung', 'fault'] as const;
    return html`
      <table role="table" aria-labelledby="worst" data-testid="worst">
        <thead role="rowgroup">
          <tr role="row">
            ${columns.map(
              (column) => html`
                <th
                  role="columnheader"
                  scope="col"
                  class=${column === 'loss' || column === 'rtt' ? 'figure' : ''}
                >
                  ${t(`operator.column.${column}`)}
                </th>
              `,
            )}
          </tr>
        </thead>
        <tbody role="rowgroup">${rows.map((row) => this.row(row))}</tbody>
      </table>
      <p class="more">
        ${t('operator.worst.more')}
        ${rows.some(({ partial }) => partial) ? t('operator.worst.partial') : nothing}
      </p>
    `;
  }

  private row(row: CallRow) {
    const heard = t(hearingKey(row.mos));
    const bad = hearingKey(row.mos) === 'operator.hearing.badly';
    const mark = row.partial ? ' *' : '';
    return html`
      <tr role="row">
        <th role="rowheader" scope="row" class="code" data-label=${t('operator.column.call')}>
          ${row.call}
        </th>
        <td role="cell" class=${bad ? 'bad' : ''} data-label=${t('operator.column.hearing')}>
          ${row.mos === null ? heard : `${decimal(row.mos)} · ${heard}`}${mark}
        </td>
        <td role="cell" class="figure" data-label=${t('operator.column.loss')}>
          ${row.loss === null ? t('operator.not_known') : percent(row.loss)}
        </td>
        <td role="cell" class="figure" data-label=${t('operator.column.rtt')}>
          ${row.rttMs === null ? t('operator.not_known') : amount(row.rttMs, 'millisecond')}
        </td>
        <td role="cell" data-label=${t('operator.column.rung')}>
          ${t(`operator.rung.${row.rung}`)}
        </td>
        <td role="cell" data-label=${t('operator.column.fault')}>${t(faultKey(row))}</td>
      </tr>
    `;
  }

  private joins() {
    const { live } = this;
    const share = joinShare(live);
    const refused = sumOf(live.refused);
    return html`
      <div data-testid="joins">
        <h3>${t('operator.joins')}</h3>
        <p class="share">${share === null ? t('operator.joins.empty') : percent(share)}</p>
        ${tally([
          { label: 'operator.joins.joined', value: live.joined },
          ...live.failed,
          ...(refused > 0 ? live.refused : []),
        ])}
      </div>
    `;
  }

  private reconnects() {
    const { reconnects } = this.live;
    return html`
      <div data-testid="reconnects">
        <h3>${t('operator.reconnects')}</h3>
        <p class="share">${count(sumOf(reconnects))}</p>
        ${tally(reconnects)}
      </div>
    `;
  }
}

function tally(rows: readonly Tally[]) {
  return html`
    <dl class="tally">
      ${rows.map(
        ({ label, value }) => html`
          <div>
            <dt>${t(label)}</dt>
            <dd>${count(value)}</dd>
          </div>
        `,
      )}
    </dl>
  `;
}
