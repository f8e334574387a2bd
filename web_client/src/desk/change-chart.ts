/** The pictures of change over time. Everything in them is in the table below, in words. */

import { css, html, type SVGTemplateResult, svg } from 'lit';

import {
  type Bar,
  barsOf,
  CHART,
  type Moment,
  moodHeight,
  pathOf,
  placeOf,
  pointsOf,
} from './change-rows';
import { shortDay } from '../i18n/dates';
import { t } from '../i18n/language';
import type { Kept } from '../protocol/bodies';

/** More days than this would lie over each other. */
const MOST_DAYS = 5;

export const chartStyle = css`
  .chart {
    inline-size: 100%;
    block-size: auto;
    overflow: visible;
  }
  .chart text {
    font-size: 13px;
    fill: var(--ink-2);
  }
  /* The drawing shrinks with the page; its words do not. */
  @media (max-width: 560px) {
    .chart text {
      font-size: 26px;
    }
  }
  .rule {
    stroke: var(--hair);
  }
  .line {
    fill: none;
    stroke-width: 2;
  }
  .line.before {
    stroke: var(--dai);
    stroke-dasharray: 6 5;
  }
  .line.after {
    stroke: var(--qing);
  }
  .mark {
    stroke-width: 2;
  }
  .mark.before {
    fill: var(--surface);
    stroke: var(--dai);
  }
  .mark.after {
    fill: var(--qing);
    stroke: var(--qing);
  }
  .met {
    fill: var(--sunken);
    stroke: var(--edge);
  }
  .hatch {
    stroke: var(--amber);
    stroke-width: 2;
  }
  .gap {
    stroke: var(--amber);
  }
  .keys {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 24px;
    color: var(--ink-2);
    margin-block: 8px;
  }
  .keys span {
    display: inline-flex;
    align-items: center;
    gap: 8px;
  }
  .keys svg {
    inline-size: 32px;
    block-size: 14px;
  }
`;

/** The client's own measure, before and after each hour. */
export function moodChart(items: readonly Kept[]) {
  return html`
    <p class="keys">
      <span>
        ${key(svg`<path class="line before" d="M0 7h32" /><circle class="mark before" cx="16" cy="7" r="5" />`)}
        ${t('desk.change.before')}
      </span>
      <span>
        ${key(svg`<path class="line after" d="M0 7h32" /><rect class="mark after" x="12" y="3" width="8" height="8" />`)}
        ${t('desk.change.after')}
      </span>
    </p>
    ${svg`<svg class="chart" viewBox="0 0 ${CHART.width} ${CHART.height}" role="img" aria-label=${t('desk.change.mood.picture')} data-testid="mood-chart">
      ${[0, 5, 10].map(rule)}${days(items)}${series(items, 'before')}${series(items, 'after')}
    </svg>`}
  `;
}

/** How long each hour was; hatched is what the network took of it. */
export function metChart(items: readonly Kept[]) {
  return html`
    <p class="keys">
      <span>
        ${key(svg`<rect class="met" x="1" y="1" width="30" height="12" />`)}
        ${t('desk.change.together')}
      </span>
      <span>
        ${key(svg`<rect class="gap" x="1" y="1" width="30" height="12" fill="url(#hatch)" />`)}
        ${t('desk.change.network')}
      </span>
    </p>
    ${svg`<svg class="chart" viewBox="0 0 ${CHART.width} ${CHART.height}" role="img" aria-label=${t('desk.change.met.picture')} data-testid="met-chart">
      <defs>
        <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <path class="hatch" d="M0 0v6" />
        </pattern>
      </defs>
      ${days(items)}${barsOf(items).map(bar)}
    </svg>`}
  `;
}

function key(drawing: SVGTemplateResult) {
  return svg`<svg viewBox="0 0 32 14" aria-hidden="true">${drawing}</svg>`;
}

function rule(value: number) {
  const y = moodHeight(value);
  return svg`<path class="rule" d="M${CHART.left} ${y}H${CHART.width - CHART.right}" />
    <text x=${CHART.left - 8} y=${y + 4} text-anchor="end">${value}</text>`;
}

function days(items: readonly Kept[]) {
  const step = Math.ceil(items.length / MOST_DAYS);
  return items.map((item, index) =>
    index % step === 0
      ? svg`<text x=${placeOf(index, items.length)} y=${CHART.height - 8} text-anchor="middle">${shortDay(item.starts_at)}</text>`
      : svg``,
  );
}

function series(items: readonly Kept[], moment: Moment) {
  const points = pointsOf(items, moment);
  const marks = points.map(({ x, y }) =>
    moment === 'before'
      ? svg`<circle class="mark before" cx=${x} cy=${y} r="6" />`
      : svg`<rect class="mark after" x=${x - 4} y=${y - 4} width="8" height="8" />`,
  );
  return svg`<path class="line ${moment}" d=${pathOf(points)} />${marks}`;
}

function bar({ x, y, width, height, gap }: Bar) {
  const met = svg`<rect class="met" x=${x} y=${y} width=${width} height=${height} />`;
  if (gap === 0) return met;
  return svg`${met}<rect class="gap" x=${x} y=${y} width=${width} height=${gap} fill="url(#hatch)" />`;
}
