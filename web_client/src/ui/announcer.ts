/** The page's voice for those who hear it: one live region that waits its turn, one that does not. */

import { html } from 'lit';
import { customElement, state } from 'lit/decorators.js';

import { type Announcement, Announcements, type Channel } from './announcements';
import { base, QuietElement } from './element';

const announcements = new Announcements();
let told: (() => void) | null = null;

/** Let `channel` say these words when it is their turn; empty words take them back. */
export function announce(channel: Channel, words: string, urgent = false): void {
  announcements.put(channel, words, urgent);
  told?.();
}

@customElement('qr-announcer')
export class Announcer extends QuietElement {
  static override styles = [base];

  @state() private latest: Announcement = { words: '', urgent: false };
  private timer: number | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    told = () => this.speak();
    this.while(() => (told = null));
    this.while(() => window.clearTimeout(this.timer));
    this.speak();
  }

  override render() {
    const { words, urgent } = this.latest;
    return html`
      <p
        class="unseen"
        data-testid="said"
        role="status"
        aria-live="polite"
        .textContent=${urgent ? '' : words}
      ></p>
      <p
        class="unseen"
        data-testid="said-urgently"
        role="alert"
        aria-live="assertive"
        .textContent=${urgent ? words : ''}
      ></p>
    `;
  }

  private speak(): void {
    const now = performance.now();
    const next = announcements.take(now);
    if (next !== null) this.latest = next;
    const due = announcements.nextDeadline();
    window.clearTimeout(this.timer);
    if (due !== null) this.timer = window.setTimeout(() => this.speak(), Math.max(50, due - now));
  }
}
