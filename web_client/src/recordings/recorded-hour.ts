/** After an hour: that it was recorded, how long, for what and until when, in one sentence; and the way to it. */

import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import { readRecordings } from './calls';
import { dataCard } from './card-style';
import { afterwards } from './words';
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
      svg {
        flex: none;
        inline-size: 12px;
        block-size: 12px;
        fill: var(--zi);
      }
    `,
  ];

  @property() hour = '';
  @state() private seen: RecordingSeen | null = null;
  private timer: number | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.hidden = true;
    this.while(() => window.clearTimeout(this.timer));
    void this.look(TRIES);
  }

  override render() {
    const { seen } = this;
    this.hidden = seen === null;
    if (seen === null) return nothing;
    return html`
      <section class="card" aria-labelledby="recorded" data-testid="recorded-hour">
        <h2 id="recorded">
          <svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="12" /></svg>
          ${t('visit.after.recorded')}
        </h2>
        <p>${afterwards(seen, Date.now())}</p>
        <button class="link start" data-testid="to-data" @click=${() => this.say('open-data')}>
          ${t('visit.after.recorded.own')}
        </button>
      </section>
    `;
  }

  /** Of most hours there is none, and then nothing is said. */
  private async look(tries: number): Promise<void> {
    const answer = await readRecordings();
    if (answer.kind === 'done')
      this.seen = answer.said.items.find(({ session }) => session === this.hour) ?? null;
    if (this.seen !== null || tries <= 1 || !this.isConnected) return;
    this.timer = window.setTimeout(() => void this.look(tries - 1), AGAIN_MS);
  }
}
