/** The line of a recording: who spoke where, as far as it was played, with the network's gaps and the holds. */

import { css, html, nothing, svg } from 'lit';

import type { EnergyTrack } from './energy';
import { clockOf, type Lane } from './lanes';
import type { Span } from './player-clock';
import { t } from '../i18n/language';

/** Of the drawing, which is stretched to the page. */
const WIDE = 1_000;
const LANE = 44;
const SPACE = 6;
/** Bars of a voice, over the whole. */
const BARS = 250;

export const timelineStyle = css`
  .timeline {
    position: relative;
  }
  .lanes {
    inline-size: 100%;
    block-size: auto;
    min-block-size: 72px;
    max-block-size: 160px;
    border-radius: var(--round-control);
    background: var(--surface);
  }
  .there {
    fill: var(--sunken);
  }
  .unknown {
    stroke: var(--edge);
    stroke-width: 1;
    stroke-dasharray: 2 4;
    vector-effect: non-scaling-stroke;
  }
  .voice {
    fill: var(--qing);
  }
  .lost {
    fill: var(--amber-ground);
  }
  .hatch {
    stroke: var(--amber);
    stroke-width: 2;
  }
  .left-out {
    fill: var(--ground);
  }
  .dots {
    stroke: var(--edge);
    stroke-width: 1;
  }
  .place {
    position: absolute;
    inset: 0;
    inline-size: 100%;
    block-size: 100%;
    margin: 0;
    appearance: none;
    background: none;
    cursor: pointer;
    border-radius: var(--round-control);
  }
  .place::-webkit-slider-runnable-track {
    block-size: 100%;
  }
  .place::-moz-range-track {
    block-size: 100%;
    background: none;
  }
  .place::-webkit-slider-thumb {
    appearance: none;
    inline-size: 3px;
    block-size: 100%;
    background: var(--ink);
  }
  .place::-moz-range-thumb {
    inline-size: 3px;
    block-size: 100%;
    border: 0;
    border-radius: 0;
    background: var(--ink);
  }
  @media (forced-colors: active) {
    .voice,
    .hatch,
    .dots,
    .unknown {
      fill: CanvasText;
      stroke: CanvasText;
    }
    .place::-webkit-slider-thumb {
      background: Highlight;
      forced-color-adjust: none;
    }
    .place::-moz-range-thumb {
      background: Highlight;
      forced-color-adjust: none;
    }
  }
  .ends {
    display: flex;
    align-items: baseline;
    justify-content: space-between;
    margin-block: 4px;
    color: var(--ink-2);
  }
  .at {
    color: var(--ink);
    font-size: var(--sentence);
  }
  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: 2px 20px;
    color: var(--ink-2);
    font-size: var(--caption);
  }
  .legend li {
    display: flex;
    align-items: center;
    gap: 8px;
  }
  .legend svg {
    inline-size: 24px;
    block-size: 12px;
  }
`;

export interface Timeline {
  readonly lanes: readonly Lane[];
  readonly held: readonly Span[];
  readonly lengthMs: number;
  readonly positionMs: number;
  readonly energy: ReadonlyMap<string, EnergyTrack>;
  readonly handlePlace: (ms: number) => void;
}

export function timeline(shown: Timeline) {
  const { lanes, lengthMs, positionMs } = shown;
  const high = Math.max(1, lanes.length) * (LANE + SPACE) - SPACE;
  const words = t('recs.player.place.of', { at: clockOf(positionMs), length: clockOf(lengthMs) });
  return html`
    <div class="timeline">
      <svg
        class="lanes"
        viewBox="0 0 ${WIDE} ${high}"
        preserveAspectRatio="none"
        aria-hidden="true"
        data-testid="lanes"
      >
        ${patterns()} ${lanes.map((lane, row) => drawnLane(lane, row * (LANE + SPACE), shown))}
        ${shown.held.map((span) => block(span, lengthMs, 0, high, 'left-out', 'held'))}
      </svg>
      <input
        class="place"
        type="range"
        min="0"
        max=${lengthMs}
        step="100"
        data-testid="place"
        aria-label=${t('recs.player.place')}
        aria-valuetext=${words}
        .value=${String(Math.round(positionMs))}
        @input=${(event: Event) => shown.handlePlace(Number((event.target as HTMLInputElement).value))}
      />
    </div>
    <div class="ends">
      <span class="at" data-testid="at">${clockOf(positionMs)}</span>
      <span>${clockOf(lengthMs)}</span>
    </div>
  `;
}

function patterns() {
  return svg`
    <defs>
      <pattern id="hatch" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <line class="hatch" x1="0" y1="0" x2="0" y2="8" />
      </pattern>
      <pattern id="held" width="5" height="8" patternUnits="userSpaceOnUse">
        <line class="dots" x1="1" y1="0" x2="1" y2="8" />
      </pattern>
    </defs>
  `;
}

function drawnLane(lane: Lane, top: number, { lengthMs, energy }: Timeline) {
  const track = energy.get(lane.party);
  return svg`
    ${lane.files.map(({ starts_ms, duration_ms }) =>
      block(
        { start_ms: starts_ms, stop_ms: starts_ms + duration_ms },
        lengthMs,
        top,
        LANE,
        'there',
      ),
    )}
    <line class="unknown" x1="0" x2=${WIDE} y1=${top + LANE / 2} y2=${top + LANE / 2} />
    ${track === undefined ? nothing : svg`<path class="voice" d=${voicePath(track, lengthMs, top)} />`}
    ${lane.gaps.map((gap) => block(gap, lengthMs, top, LANE, 'lost', 'hatch'))}
  `;
}

function block(
  { start_ms, stop_ms }: Span,
  lengthMs: number,
  top: number,
  high: number,
  kind: string,
  pattern = '',
) {
  const x = (start_ms / lengthMs) * WIDE;
  // What is short is still seen.
  const wide = Math.max(2, ((stop_ms - start_ms) / lengthMs) * WIDE);
  return svg`
    <rect class=${kind} x=${x} y=${top} width=${wide} height=${high} />
    ${pattern === '' ? nothing : svg`<rect x=${x} y=${top} width=${wide} height=${high} fill="url(#${pattern})" />`}
  `;
}

/** A bar a part, from the middle up and down; a thin one where it was heard and nobody spoke. */
export function voicePath(track: EnergyTrack, lengthMs: number, top: number): string {
  const step = WIDE / BARS;
  const middle = top + LANE / 2;
  return track
    .drawn(lengthMs, BARS)
    .map((level, part) => {
      if (level === null) return '';
      const half = Math.max(1, (level * (LANE - 8)) / 2);
      return `M${part * step} ${middle - half}h${step * 0.7}v${half * 2}h-${step * 0.7}z`;
    })
    .join('');
}

export function legend(hasGaps: boolean, hasHolds: boolean) {
  return html`
    <ul class="legend">
      <li>
        ${key(svg`<path class="voice" d="M2 4h3v4h-3zM8 1h3v10h-3zM14 3h3v6h-3z" />`)}
        ${t('recs.player.legend.voice')}
      </li>
      ${
        hasGaps
          ? html`
              <li>${key(filled('lost', 'hatch'))} ${t('recs.player.legend.gap')}</li>
            `
          : nothing
      }
      ${
        hasHolds
          ? html`
              <li>${key(filled('left-out', 'held'))} ${t('recs.player.legend.hold')}</li>
            `
          : nothing
      }
    </ul>
  `;
}

function filled(kind: string, pattern: string) {
  return svg`<rect class=${kind} width="24" height="12" /><rect width="24" height="12" fill="url(#${pattern})" />`;
}

function key(drawing: unknown) {
  return html`
    <svg viewBox="0 0 24 12" aria-hidden="true">${drawing}</svg>
  `;
}
