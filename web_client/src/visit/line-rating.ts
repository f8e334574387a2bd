/** How somebody found the line, and not who they met: one tap, changed by another, and nothing asked after it. */

import { css, html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import { rateLine } from './calls';
import { type Key, t } from '../i18n/language';
import type { LineSaid } from '../protocol/bodies';
import { base, buttons, QuietElement } from '../ui/element';

const CHOICES: readonly (readonly [LineSaid, Key])[] = [
  ['clear', 'visit.after.line.clear'],
  ['cut', 'visit.after.line.cut'],
  ['hard', 'visit.after.line.hard'],
];

@customElement('qr-line-rating')
export class LineRatingElement extends QuietElement {
  static override styles = [
    base,
    buttons,
    css`
      h2 {
        font-size: var(--sentence);
        line-height: 1.4;
      }
      .quiet {
        color: var(--ink-2);
      }
      /* Of one size, so that none is the one to take. */
      .choices {
        display: grid;
        grid-template-columns: repeat(3, minmax(0, 1fr));
        gap: 8px;
        margin-block: 12px 8px;
      }
      .choices button {
        padding-inline: 4px;
        line-height: 1.3;
      }
      [aria-pressed='true'],
      [aria-pressed='true']:hover:not(:disabled) {
        background: var(--qing);
        border-color: var(--qing);
        color: var(--on-qing);
        font-weight: 600;
        text-decoration: underline;
        text-underline-offset: 4px;
      }
    `,
  ];

  /** The hour's id. */
  @property() hourId = '';
  @state() private said: LineSaid | null = null;
  @state() private noted: boolean | null = null;
  private sending = false;

  override render() {
    const noted =
      this.noted === null ? '' : t(this.noted ? 'visit.after.noted' : 'visit.after.unnoted');
    return html`
      <h2 id="line">${t('visit.after.line')}</h2>
      <p class="quiet" id="about">${t('visit.after.line.about')}</p>
      <div
        class="choices"
        role="group"
        aria-labelledby="line"
        aria-describedby="about"
        data-testid="line-rating"
      >
        ${CHOICES.map(
          ([said, key]) => html`
            <button
              class="plain"
              aria-pressed=${this.said === said}
              data-testid="line-${said}"
              @click=${() => void this.choose(said)}
            >
              ${t(key)}
            </button>
          `,
        )}
      </div>
      <p class="quiet" role="status" data-testid="line-noted">${noted}</p>
    `;
  }

  /** One at a time is sent, so that of two quick taps the last is what is kept. */
  private async choose(said: LineSaid): Promise<void> {
    this.said = said;
    this.noted = null;
    if (this.sending) return;
    this.sending = true;
    let isNoted = false;
    for (let sent: LineSaid | null = null; sent !== this.said;) {
      sent = this.said;
      isNoted = (await rateLine(this.hourId, sent)).kind === 'done';
    }
    this.sending = false;
    this.noted = isNoted;
  }
}
