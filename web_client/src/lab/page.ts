/** The laboratory: bad networks on purpose. Two lines, each of one role; nobody's name. */

import { css, html } from 'lit';
import { customElement, state } from 'lit/decorators.js';

import './leg';
import { type Leg, legsIn, type Lines, type Role } from './lines';
import { lab, type LabKey } from '../i18n/lab';
import { language, onLanguage } from '../i18n/language';
import { base, QuietElement } from '../ui/element';
import '../ui/page-bar';

const EVERY_MS = 1_000;
const SAID_MS = 4_000;
const API = '/lab/api/legs';

@customElement('qr-lab')
export class Lab extends QuietElement {
  static override styles = [
    base,
    css`
      header {
        padding: 12px 16px;
      }
      main {
        max-inline-size: 1280px;
        margin-inline: auto;
        padding: 16px 24px 64px;
      }
      h1 {
        font-size: var(--headline);
        font-weight: 600;
      }
      .sub {
        color: var(--ink-2);
        max-inline-size: 60em;
        text-wrap: balance;
        margin-block-end: 24px;
      }
      .legs {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr));
        align-items: start;
        gap: 16px;
      }
      /* In sight however far down the page a value was set. */
      .amiss {
        position: sticky;
        inset-block-start: 12px;
        z-index: 1;
        margin-block-end: 16px;
        padding: 12px 24px;
        border-radius: var(--round-card);
        background: var(--amber-ground);
        color: var(--amber);
      }
      @media (max-width: 400px) {
        main {
          padding-inline: 12px;
        }
      }
    `,
  ];

  @state() private legs: readonly Leg[] = [];
  @state() private said: LabKey | null = null;
  private earlier: readonly Leg[] = [];
  private at = 0;
  private ms = 0;
  private quiet: number | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    document.documentElement.dataset.role = 'operator';
    this.while(onLanguage(() => this.nameThePage()));
    this.nameThePage();
    const timer = window.setInterval(() => void this.look(), EVERY_MS);
    this.while(() => window.clearInterval(timer));
    this.while(() => window.clearTimeout(this.quiet));
    void this.look();
  }

  override render() {
    const amiss = this.said === 'unreachable' || this.said === 'refused';
    return html`
      <header><qr-page-bar></qr-page-bar></header>
      <main>
        <h1>${lab('heading')}</h1>
        <p class="sub">${lab('sub')}</p>
        <p
          class=${amiss ? 'amiss' : 'unseen'}
          role="status"
          data-testid="said"
          .textContent=${this.said === null ? '' : lab(this.said)}
        ></p>
        <div class="legs">
          ${[...this.legs].reverse().map(
            (leg) => html`
              <qr-lab-leg
                .leg=${leg}
                .earlier=${this.earlier.find((each) => each.role === leg.role) ?? null}
                .ms=${this.ms}
                @lab-set=${(event: CustomEvent<Lines>) => void this.set(leg.role, event.detail)}
                @lab-cut=${(event: CustomEvent<number>) => void this.cut(leg.role, event.detail)}
              ></qr-lab-leg>
            `,
          )}
        </div>
      </main>
    `;
  }

  private async look(): Promise<void> {
    const found = await this.ask('GET', '');
    if (found === 'applied' && this.said === 'unreachable') this.said = null;
    if (found === 'unreachable') this.said = found;
  }

  private async set(role: Role, { up, down }: Lines): Promise<void> {
    this.tell(await this.ask('PUT', `/${role}`, { up, down }));
  }

  private async cut(role: Role, seconds: number): Promise<void> {
    this.tell(await this.ask('POST', `/${role}/cut`, { seconds }));
  }

  /** Good news shows in the line itself, and is only heard; it goes, so that the next is new. */
  private tell(said: LabKey): void {
    this.said = said;
    window.clearTimeout(this.quiet);
    if (said !== 'applied') return;
    this.quiet = window.setTimeout(() => (this.said = null), SAID_MS);
  }

  private async ask(
    method: 'GET' | 'PUT' | 'POST',
    path: string,
    body?: unknown,
  ): Promise<'applied' | 'refused' | 'unreachable'> {
    try {
      const response = await fetch(API + path, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        cache: 'no-store',
        referrerPolicy: 'no-referrer',
      });
      const legs = response.ok ? legsIn(await response.json()) : null;
      if (legs === null) return 'refused';
      this.take(legs);
      return 'applied';
    } catch {
      return 'unreachable';
    }
  }

  private take(legs: readonly Leg[]): void {
    const now = performance.now();
    // What passed within less than half a second says little of how fast it passes.
    if (now - this.at > EVERY_MS / 2) {
      this.earlier = this.legs;
      this.ms = now - this.at;
      this.at = now;
      this.legs = legs;
      return;
    }
    this.legs = this.legs.map((leg) => {
      const fresh = legs.find((each) => each.role === leg.role) ?? leg;
      return { ...fresh, up_counts: leg.up_counts, down_counts: leg.down_counts };
    });
  }

  private nameThePage(): void {
    document.documentElement.lang = language();
    document.title = lab('title');
  }
}
