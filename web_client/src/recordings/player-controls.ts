/** What is pressed in the player, and the marks as words. */

import { html, nothing } from 'lit';

import { clockOf, type Mark } from './lanes';
import { SPEEDS } from './player-clock';
import { LEAP_MS } from './player-keys';
import { decimalSpeed, lengthWord } from './words';
import { t } from '../i18n/language';
import { takesLetters } from '../ui/keys';

/** A mark is gone to from a little before it. */
const BEFORE_MS = 2_000;

export interface Controls {
  readonly playing: boolean;
  readonly speed: number;
  /** It waits for what is to be seen, and somebody may wonder. */
  readonly late: boolean;
  readonly toggle: () => unknown;
  readonly leap: (ms: number) => void;
  readonly setSpeed: (speed: number) => void;
}

export function controls(shown: Controls) {
  return html`
    <div class="controls">
      <button class="plain" data-testid="back10" @click=${() => shown.leap(-LEAP_MS)}>
        ${t('recs.player.back10')}
      </button>
      <button
        class="primary toggle"
        data-testid="toggle"
        aria-keyshortcuts="Space K"
        @click=${shown.toggle}
      >
        ${t(shown.playing ? 'recs.player.pause' : 'recs.player.play')}
      </button>
      <button class="plain" data-testid="on10" @click=${() => shown.leap(LEAP_MS)}>
        ${t('recs.player.on10')}
      </button>
      <span class="quiet late" data-testid="late" ?hidden=${!shown.late}>
        ${t('recs.player.waiting')}
      </span>
      <div class="speeds" role="group" aria-label=${t('recs.player.speed')}>
        ${SPEEDS.map(
          (speed) => html`
            <button
              data-testid="speed-${speed}"
              aria-pressed=${shown.speed === speed}
              @click=${() => shown.setSpeed(speed)}
            >
              ${decimalSpeed(speed)}
            </button>
          `,
        )}
      </div>
    </div>
  `;
}

export function markList(marks: readonly Mark[], seek: (ms: number) => void) {
  if (marks.length === 0) return nothing;
  return html`
    <section aria-labelledby="marks">
      <h2 id="marks">${t('recs.player.marks')}</h2>
      <ul class="marks" data-testid="marks">
        ${marks.map(
          (mark) => html`
            <li>
              <button class="link" @click=${() => seek(mark.start_ms - BEFORE_MS)}>
                ${clockOf(mark.start_ms)}
              </button>
              <span>${markWords(mark)}</span>
            </li>
          `,
        )}
      </ul>
    </section>
  `;
}

function markWords({ kind, party, start_ms, stop_ms }: Mark): string {
  const seconds = lengthWord(stop_ms - start_ms);
  if (kind === 'hold') return t('recs.player.hold.of', { seconds });
  return t('recs.player.gap.of', { name: party, seconds });
}

export function keyHints(letters: boolean, set: (on: boolean) => void) {
  return html`
    <div class="keys small">
      <label>
        <input
          type="checkbox"
          data-testid="single-keys"
          .checked=${letters}
          @change=${(event: Event) => set((event.target as HTMLInputElement).checked)}
        />
        ${t('recs.player.keys.on')}
      </label>
      <p>${t('recs.player.keys')}</p>
    </div>
  `;
}

/** What the control that has the focus does with a key of its own stays its own. */
export function isOwnKey(active: HTMLElement | null, key: string): boolean {
  if (active === null) return false;
  const type = active instanceof HTMLInputElement ? active.type : '';
  if (type === 'range') return false;
  if (key === ' ') return ['BUTTON', 'INPUT', 'A', 'SUMMARY'].includes(active.tagName);
  return type !== 'checkbox' && takesLetters(active);
}
