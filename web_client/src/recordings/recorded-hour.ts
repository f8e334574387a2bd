/** Of an hour that was recorded: how long, for what and until when, or that it goes, in a sentence; and the way to it. */

import { css, html, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import { readRecordings } from './calls';
import { dataCard } from './card-style';
import { afterwards, isGone } from './words';
import { t } from '../i18n/language';
import type { RecordingSeen } from '../protocol/bodies';
import { base, buttons, QuietElement } from '../ui/element';

/** The last of it may still be being sealed: so often it is asked for again, and so long between. */
const TRIES = 4;
const AGAIN_MS = 3_000;

@customElement('qr-recorded-hour')
export class RecordedHour extends QuietElement {
  static override styles = [
    base,
    buttons,
    dataCard,
    css`
      h2 {
        display: flex;
        align-items: center;
        gap: 10px;
        font-size: var(--sentence);
        line-height: 1.4;
        margin-block-end: 8px;
      }
      p + p {
        margin-block-start: 8px;
      }
      svg {
        flex: none;
        inline-size: 12px;
        block-size: 12px;
        fill: var(--zi);
      }
    `,
  ];

  @property() hour = '';
  /** Earliest first: after one was stopped, another may have been asked for. */
  @state() private seen: readonly RecordingSeen[] = [];
  private timer: number | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.hidden = true;
    this.while(() => window.clearTimeout(this.timer));
  }

  override willUpdate(changes: PropertyValues<this>): void {
    if (!changes.has('hour')) return;
    this.seen = [];
    window.clearTimeout(this.timer);
    void this.look(this.hour, TRIES);
  }

  override render() {
    const { seen } = this;
    this.hidden = seen.length === 0;
    if (this.hidden) return nothing;
    const own = seen.every(isGone) ? 'visit.after.recorded.see' : 'visit.after.recorded.own';
    return html`
      <section class="card" aria-labelledby="recorded" data-testid="recorded-hour">
        <h2 id="recorded">
          <svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="12" /></svg>
          ${t('visit.after.recorded')}
        </h2>
        ${seen.map(
          (each) => html`
            <p>${afterwards(each, Date.now())}</p>
          `,
        )}
        <button class="link start" data-testid="to-data" @click=${() => this.say('open-data')}>
          ${t(own)}
        </button>
      </section>
    `;
  }

  /** Of most hours there is none, and then nothing is said. */
  private async look(hour: string, tries: number): Promise<void> {
    const answer = await readRecordings();
    if (hour !== this.hour || !this.isConnected) return;
    if (answer.kind === 'done')
      this.seen = answer.said.items.filter(({ session }) => session === hour).sort(byTime);
    if (tries <= 1) return;
    this.timer = window.setTimeout(() => void this.look(hour, tries - 1), AGAIN_MS);
  }
}

/** Earliest first. */
function byTime(one: RecordingSeen, other: RecordingSeen): number {
  return one.started_at - other.started_at;
}
