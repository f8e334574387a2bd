/** One participant's line: what is added to it now, what can be, and what it has done. */

import { css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';

import './fine';
import {
  added,
  atRate,
  type Counts,
  CUTS_S,
  DIRECTIONS,
  type Direction,
  type Leg,
  LIFT_S,
  type Line,
  placeOf,
  type Preset,
  PRESETS,
  speed,
  standing,
  stepOf,
  STEPS_KBPS,
} from './lines';
import { lab, type LabKey } from '../i18n/lab';
import { count } from '../i18n/language';
import { base, buttons, QuietElement } from '../ui/element';

@customElement('qr-lab-leg')
export class LabLeg extends QuietElement {
  static override styles = [
    base,
    buttons,
    css`
      section {
        display: grid;
        gap: 20px;
        padding: 20px 24px 24px;
        background: var(--surface);
        border-radius: var(--round-card);
      }
      header {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 4px 16px;
      }
      h2 {
        font-size: var(--sentence);
        font-weight: 600;
      }
      h3 {
        color: var(--ink-2);
        margin-block-end: 8px;
      }
      .standing {
        padding: 2px 12px;
        border-radius: 999px;
        background: var(--sunken);
      }
      .is-worse .standing {
        background: var(--amber-ground);
        color: var(--amber);
      }
      .is-dead .standing,
      .is-cut .standing {
        background: var(--zhe-ground);
        color: var(--zhe);
      }
      .choices {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
      }
      .choices button {
        padding-inline: 14px;
      }
      button[aria-pressed='true'] {
        border-color: var(--qing);
        box-shadow: inset 0 0 0 1px var(--qing);
        color: var(--qing);
        font-weight: 600;
      }
      .note {
        color: var(--ink-2);
        margin-block-start: 8px;
      }
      table {
        inline-size: 100%;
        border-collapse: collapse;
        table-layout: fixed;
      }
      caption {
        text-align: start;
        color: var(--ink-2);
        margin-block-end: 4px;
      }
      th,
      td {
        padding: 8px 8px 8px 0;
        text-align: start;
        vertical-align: top;
        font-weight: 400;
        border-block-start: 1px solid var(--hair);
        overflow-wrap: anywhere;
      }
      thead th,
      thead td {
        font-weight: 600;
        border-block-start: 0;
      }
      thead td {
        inline-size: 30%;
      }
      td li + li {
        margin-block-start: 2px;
      }
      tbody th {
        color: var(--ink-2);
      }
      summary {
        display: list-item;
        min-block-size: 48px;
        padding-block: 12px;
        color: var(--dai);
        cursor: pointer;
      }
      @media (max-width: 400px) {
        section {
          padding: 16px;
        }
      }
    `,
  ];

  @property({ attribute: false }) leg!: Leg;
  /** The leg one look ago, and how long ago that was. */
  @property({ attribute: false }) earlier: Leg | null = null;
  @property({ type: Number }) ms = 0;

  override render() {
    const is = standing(this.leg);
    const left = Math.ceil(this.leg.cut_s);
    return html`
      <section
        class=${is.replace('.', '-')}
        aria-labelledby="heading"
        data-testid="leg-${this.leg.role}"
      >
        <header>
          <h2 id="heading">${lab(`leg.${this.leg.role}`)}</h2>
          <p class="standing" data-testid="standing">${lab(is, { seconds: left })}</p>
        </header>
        ${this.places()} ${this.steps()} ${this.cuts()} ${this.figures()}
        <details>
          <summary data-testid="fine">${lab('fine')}</summary>
          <qr-lab-fine .lines=${{ up: this.leg.up, down: this.leg.down }}></qr-lab-fine>
        </details>
      </section>
    `;
  }

  private places() {
    const place = placeOf(this.leg);
    return this.group(
      'presets',
      (Object.keys(PRESETS) as Preset[]).map((name) =>
        this.choice(lab(name), name, place === name, () => this.say('lab-set', PRESETS[name])),
      ),
    );
  }

  private steps() {
    const step = stepOf(this.leg);
    return this.group(
      'steps',
      STEPS_KBPS.map((rate) =>
        this.choice(count(rate), `step-${rate}`, step === rate, () =>
          this.say('lab-set', atRate(this.leg, rate)),
        ),
      ),
    );
  }

  private cuts() {
    const cuts = CUTS_S.map((seconds) => {
      const words = lab(seconds === LIFT_S ? 'cut.lift' : 'cut.seconds', { seconds });
      return html`
        <button
          class="plain"
          data-testid="cut-${seconds}"
          @click=${() => this.say('lab-cut', seconds)}
        >
          ${words}
        </button>
      `;
    });
    const restore =
      this.leg.cut_s > 0
        ? html`
            <button class="primary" data-testid="restore" @click=${() => this.say('lab-cut', 0)}>
              ${lab('restore')}
            </button>
          `
        : nothing;
    return this.group('cut.heading', [...cuts, restore], lab('cut.note'));
  }

  private group(heading: LabKey, choices: unknown[], note = '') {
    const id = heading.replace('.', '-');
    return html`
      <div role="group" aria-labelledby=${id}>
        <h3 id=${id}>${lab(heading)}</h3>
        <div class="choices">${choices}</div>
        ${
          note === ''
            ? nothing
            : html`
                <p class="note">${note}</p>
              `
        }
      </div>
    `;
  }

  private choice(words: string, id: string, pressed: boolean, choose: () => void) {
    return html`
      <button class="plain" data-testid=${id} aria-pressed=${pressed} @click=${choose}>
        ${words}
      </button>
    `;
  }

  private figures() {
    const { up_counts: up, down_counts: down } = this.leg;
    if (up.passed + up.lost + up.dropped + down.passed === 0) {
      return html`
        <p class="note">${lab('is.unused')}</p>
        ${this.table(false)}
      `;
    }
    return this.table(true);
  }

  private table(counted: boolean) {
    return html`
      <table>
        <thead>
          <tr>
            <td></td>
            ${DIRECTIONS.map(
              (way) => html`
                <th scope="col">${lab(way)}</th>
              `,
            )}
          </tr>
        </thead>
        <tbody>
          ${this.row('now', (way) => this.addedTo(this.leg[way]))}
          ${
            counted
              ? [
                  this.row('count.speed', (way) => `${count(this.speed(way))} kbit/s`),
                  this.row('count.passed', (way) => this.packets(way, 'passed')),
                  this.row('count.lost', (way) => this.packets(way, 'lost')),
                  this.row('count.dropped', (way) => this.packets(way, 'dropped')),
                  this.row(
                    'count.waiting',
                    (way) =>
                      `${count(Math.round(this.leg[`${way}_counts`].waiting_bytes / 1000))} kB`,
                  ),
                ]
              : nothing
          }
        </tbody>
      </table>
    `;
  }

  private row(name: LabKey, cell: (way: Direction) => unknown) {
    return html`
      <tr data-testid=${name}>
        <th scope="row">${lab(name)}</th>
        ${DIRECTIONS.map(
          (way) => html`
            <td>${cell(way)}</td>
          `,
        )}
      </tr>
    `;
  }

  private packets(way: Direction, name: 'passed' | 'lost' | 'dropped'): string {
    return count(this.leg[`${way}_counts`][name]);
  }

  private speed(way: Direction): number {
    const before: Counts | null = this.earlier === null ? null : this.earlier[`${way}_counts`];
    return speed(before, this.leg[`${way}_counts`], this.ms);
  }

  private addedTo(line: Line) {
    const all = added(line);
    if (all.length === 0) return lab('now.nothing');
    return html`
      <ul>
        ${all.map(
          ([key, value]) => html`
            <li>${lab(key, { value: count(value) })}</li>
          `,
        )}
      </ul>
    `;
  }
}
