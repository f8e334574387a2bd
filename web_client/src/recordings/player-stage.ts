/** The people of a recording side by side, with the mark of who watches over each. */

import { css, html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';

import { fileAddress } from './calls';
import { isIn, type Lane } from './lanes';
import { activeAt } from './player-clock';
import { t } from '../i18n/language';
import type { FileSeen } from '../protocol/bodies';

export const stageStyle = css`
  .stage {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(320px, 100%), 1fr));
    gap: 12px;
  }
  .tile {
    position: relative;
    overflow: hidden;
    aspect-ratio: 16 / 10;
    margin: 0;
    border-radius: var(--round-picture);
    background: var(--sunken);
    outline: 3px solid transparent;
    outline-offset: -3px;
    transition: outline-color var(--fade);
  }
  .tile.speaking::after {
    content: '';
    position: absolute;
    inset: 0;
    border: 3px solid var(--qing);
    border-radius: inherit;
    pointer-events: none;
  }
  .tile.sound {
    aspect-ratio: 16 / 7;
  }
  .tile video {
    position: absolute;
    inset: 0;
    inline-size: 100%;
    block-size: 100%;
    object-fit: contain;
    background: #10201d;
  }
  .tile video.off {
    visibility: hidden;
  }
  .tile video.lost {
    filter: saturate(0.4) brightness(0.8);
  }
  .empty {
    position: absolute;
    inset: 0;
    display: grid;
    place-content: center;
    justify-items: center;
    gap: 8px;
    color: var(--ink-2);
  }
  .initial {
    display: grid;
    place-content: center;
    inline-size: 72px;
    block-size: 72px;
    border-radius: 36px;
    background: var(--surface);
    color: var(--ink);
    font-size: var(--headline);
  }
  .watermark {
    position: absolute;
    inset: 0;
    inline-size: 100%;
    block-size: 100%;
    pointer-events: none;
  }
  .watermark text {
    font-size: 15px;
    fill: #fff;
    fill-opacity: 0.34;
    stroke: #000;
    stroke-opacity: 0.22;
    stroke-width: 2px;
    paint-order: stroke;
  }
  .tile.sound .watermark text,
  .tile.bare .watermark text {
    fill: var(--ink);
    fill-opacity: 0.14;
    stroke: none;
  }
  .chip {
    position: absolute;
    inset: auto auto 10px 10px;
    max-inline-size: calc(100% - 20px);
    padding: 2px 12px;
    border-radius: var(--round-control);
    background: var(--surface);
    color: var(--ink);
    overflow-wrap: anywhere;
  }
  .chip .quiet {
    color: var(--ink-2);
  }
  .chip.gap {
    inset: 10px auto auto 10px;
    color: var(--amber);
    background: var(--amber-ground);
  }
`;

export interface Stage {
  readonly recording: string;
  readonly lanes: readonly Lane[];
  /** What is there now, or soon. */
  readonly near: readonly FileSeen[];
  readonly positionMs: number;
  readonly watcher: string;
  /** Counts how often all of it was fetched anew. */
  readonly attempt: number;
  readonly speaking: ReadonlySet<string>;
  /** Files that cannot be played: nothing of them is there. */
  readonly lost: ReadonlySet<number>;
  readonly handleError: (event: Event) => void;
}

export function stage(shown: Stage) {
  return html`
    <div class="stage" @contextmenu=${(event: Event) => event.preventDefault()}>
      ${shown.lanes.map((lane) => tile(lane, shown))}
    </div>
    ${
      shown.lost.size === 0
        ? nothing
        : html`
            <p class="calm" data-testid="part-lost">${t('recs.player.part')}</p>
          `
    }
  `;
}

function tile(lane: Lane, shown: Stage) {
  const there = lane.files.filter(({ number }) => !shown.lost.has(number));
  const active = activeAt(there, shown.positionMs);
  const hasPicture = active.some(({ medium }) => medium === 'video');
  const lost = isIn(lane.gaps, shown.positionMs);
  const kinds = [
    lane.hasPicture ? '' : 'sound',
    hasPicture ? '' : 'bare',
    shown.speaking.has(lane.party) ? 'speaking' : '',
  ];
  return html`
    <figure class="tile ${kinds.join(' ')}" data-testid="tile" data-role=${lane.role}>
      ${repeat(
        shown.near.filter((file) => there.includes(file)),
        ({ number }) => `${number} ${shown.attempt}`,
        (file) => player(file, active.includes(file), lost, shown),
      )}
      ${hasPicture ? nothing : empty(lane, active.length > 0)} ${watermark(shown.watcher)}
      ${
        lost
          ? html`
              <span class="chip gap">${t('recs.player.gap')}</span>
            `
          : nothing
      }
      <figcaption class="chip">
        ${lane.party}
        <span class="quiet">${t(`recs.role.${lane.role}`)}</span>
      </figcaption>
    </figure>
  `;
}

function player(file: FileSeen, active: boolean, lost: boolean, shown: Stage) {
  const address = fileAddress(shown.recording, file.number);
  if (file.medium === 'audio')
    return html`
      <audio
        src=${address}
        preload="auto"
        data-file=${file.number}
        @error=${shown.handleError}
      ></audio>
    `;
  return html`
    <video
      class="${active ? '' : 'off'} ${lost ? 'lost' : ''}"
      src=${address}
      preload="auto"
      playsinline
      disablepictureinpicture
      disableremoteplayback
      tabindex="-1"
      aria-label=${t('recs.player.picture', { name: file.party })}
      data-file=${file.number}
      @error=${shown.handleError}
    ></video>
  `;
}

function empty({ party, hasPicture }: Lane, heard: boolean) {
  const words = heard && !hasPicture ? 'voice.only' : heard ? 'picture.none' : 'absent';
  return html`
    <div class="empty">
      <span class="initial" aria-hidden="true">${party.slice(0, 1)}</span>
      <span>${t(`recs.player.${words}`)}</span>
    </div>
  `;
}

/** Whoever films the screen films who watched it. */
function watermark(watcher: string) {
  // As wide as the widest writing makes it, so that no name is cut.
  const wide = Array.from(watcher).reduce((sum, sign) => sum + (sign > '\u2e80' ? 15 : 9), 48);
  return html`
    <svg class="watermark" aria-hidden="true" data-testid="watermark">
      <defs>
        <pattern
          id="watcher"
          width=${wide}
          height="72"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(-22)"
        >
          <text x="8" y="34">${watcher}</text>
        </pattern>
      </defs>
      <rect width="100%" height="100%" fill="url(#watcher)" />
    </svg>
  `;
}
