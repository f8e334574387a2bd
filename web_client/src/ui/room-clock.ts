/** The counsellor's clock: what time it is, and how long the room has been open. */

import { css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';

import { base, QuietElement } from './element';
import { t, timeOfDay } from '../i18n/language';

const TICK_MS = 1_000;

@customElement('qr-room-clock')
export class RoomClock extends QuietElement {
  static override styles = [
    base,
    css`
      :host {
        display: flex;
        align-items: baseline;
        gap: 10px;
        color: var(--ink-2);
      }
      .time {
        color: var(--ink);
        font-size: var(--sentence);
      }
      @media (min-width: 1000px) {
        :host {
          flex-direction: column;
          gap: 0;
        }
      }
    `,
  ];

  /** Unix ms; null before it is known. */
  @property({ attribute: false }) startedAt: number | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    const timer = window.setInterval(() => this.requestUpdate(), TICK_MS);
    this.while(() => window.clearInterval(timer));
  }

  override render() {
    const now = Date.now();
    const open = this.startedAt === null ? 0 : Math.floor((now - this.startedAt) / 60_000);
    return html`
      <span class="time">${timeOfDay(now)}</span>
      <span>${t('room.minutes', { count: Math.max(0, open) })}</span>
    `;
  }
}
