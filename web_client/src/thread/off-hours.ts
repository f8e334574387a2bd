/** Before a client writes: whether their counsellor works now, and what to do where it cannot wait. */

import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import { momentOf } from '../i18n/dates';
import { t } from '../i18n/language';
import type { Working } from '../protocol/bodies';
import { ask } from '../protocol/rest';
import { base, QuietElement } from '../ui/element';

const EVERY_MS = 5 * 60_000;

@customElement('qr-off-hours')
export class OffHours extends QuietElement {
  static override styles = [
    base,
    css`
      p {
        margin: 8px 12px 0;
        padding: 10px 14px;
        border-radius: var(--round-control);
        background: var(--sunken);
        font-size: var(--caption);
        text-wrap: pretty;
      }
    `,
  ];

  @property() thread = '';
  @property() name = '';
  /** Whom to call where it cannot wait. */
  @property() emergency = '';
  @state() private working: Working | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    const timer = window.setInterval(() => void this.look(), EVERY_MS);
    this.while(() => window.clearInterval(timer));
    void this.look();
  }

  override render() {
    const { working, name, emergency } = this;
    if (working?.now !== false) return nothing;
    const { next_at: next } = working;
    const said =
      next === null
        ? t('thread.off.long', { name })
        : t('thread.off', { name, when: momentOf(next) });
    return html`
      <p role="status" data-testid="off-hours">${said} ${emergency}</p>
    `;
  }

  /** What is not known is not said. */
  private async look(): Promise<void> {
    if (document.hidden || this.thread === '') return;
    const how = { unattended: true };
    const answer = await ask<Working>('GET', `threads/${this.thread}/working`, undefined, how);
    if (answer.kind === 'done') this.working = answer.said;
  }
}
