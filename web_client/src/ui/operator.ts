/** O1: the house now. Figures, and nothing that leads to a person. */

import { css, html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';

import { base, QuietElement } from './element';
import { tokenIn } from './link';
import { type House, readHouse } from './house';
import './house-view';
import { isStale, type Live, readLive } from './live';
import './live-view';
import { nameThePage } from './name-page';
import './page-bar';
import { type Count, counts, isReady } from './summary';
import { amount, count, onLanguage, t, timeOfDay } from '../i18n/language';

const EVERY_MS = 5_000;

function written({ value, unit }: Count): string {
  if (unit === 'bytes') return amount(value / 1e6, 'megabyte');
  return unit === 'seconds' ? amount(value, 'second') : count(value);
}

@customElement('qr-operator')
export class Operator extends QuietElement {
  static override styles = [
    base,
    css`
      header {
        padding: 12px 16px;
      }
      main {
        max-inline-size: 880px;
        margin-inline: auto;
        padding: 16px 24px 64px;
      }
      h1 {
        font-size: var(--headline);
        font-weight: 600;
      }
      h2 {
        font-size: var(--sentence);
        margin-block: 40px 12px;
      }
      .sub {
        color: var(--ink-2);
      }
      dl {
        margin: 0;
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(150px, 1fr));
        gap: 16px;
      }
      .count {
        display: flex;
        flex-direction: column-reverse;
        justify-content: flex-end;
        padding: 20px 24px;
        background: var(--surface);
        border-radius: var(--round-card);
      }
      dt {
        color: var(--ink-2);
      }
      dd {
        margin: 0;
        font-size: var(--headline);
        line-height: 1.3;
      }
      .fresh {
        margin-block-end: 24px;
        color: var(--ink-2);
      }
      .as-of {
        margin-block-start: 16px;
      }
      .fresh.stale {
        color: var(--amber);
      }
    `,
  ];

  @state() private summary: unknown = null;
  @state() private live: Live | null = null;
  @state() private house: House | null = null;
  @state() private refused = false;
  @state() private stale = false;
  private at = Date.now();
  private readonly token = tokenIn(location.hash);

  override connectedCallback(): void {
    super.connectedCallback();
    document.documentElement.dataset.role = 'operator';
    this.while(onLanguage(nameThePage));
    nameThePage();
    if (this.token === null) {
      this.refused = true;
      return;
    }
    const timer = window.setInterval(() => void this.load(), EVERY_MS);
    this.while(() => window.clearInterval(timer));
    void this.load();
  }

  override render() {
    return html`
      <header><qr-page-bar></qr-page-bar></header>
      <main>${this.refused ? this.refusal() : this.overview()}</main>
    `;
  }

  private refusal() {
    return html`
      <h1 data-testid="refusal">${t('operator.refused')}</h1>
      <p class="sub">${t('operator.refused.next')}</p>
    `;
  }

  private overview() {
    const all = counts(this.summary);
    const takes = isReady(this.summary);
    const ready = takes === null ? '' : t(takes ? 'operator.ready' : 'operator.stopping');
    return html`
      <h1>${t('operator.title')}</h1>
      <p class="sub">${t('operator.sub')} ${ready}</p>
      <p class="fresh ${this.stale ? 'stale' : ''}" role="status" data-testid="fresh">
        ${this.stale ? t('operator.stale', { time: timeOfDay(this.at) }) : nothing}
      </p>
      ${
        this.house === null
          ? nothing
          : html`
              <qr-house .house=${this.house}></qr-house>
            `
      }
      ${
        this.live === null
          ? html`
              <p>${t('operator.empty')}</p>
            `
          : html`
              <qr-live .live=${this.live}></qr-live>
            `
      }
      ${all.length === 0 ? nothing : this.machine(all)}
    `;
  }

  private machine(all: readonly Count[]) {
    return html`
      <h2>${t('operator.summary')}</h2>
      <dl>
        ${all.map(
          (one) => html`
            <div class="count" data-count=${one.key}>
              <dt>${t(one.label)}</dt>
              <dd>${written(one)}</dd>
            </div>
          `,
        )}
      </dl>
      <p class="sub as-of">${t('operator.fresh', { time: timeOfDay(this.at) })}</p>
    `;
  }

  /** Each answer stands for itself: what one cannot say does not silence the other. */
  private async load(): Promise<void> {
    const [live, summary] = await Promise.all([
      this.ask('/api/v1/operator/live'),
      this.ask('/api/v1/operator/summary'),
    ]);
    if (summary !== null) this.summary = summary;
    if (live !== null) {
      this.live = readLive(live);
      this.house = readHouse(live);
      this.at = Date.now();
    }
    this.stale = isStale(this.at, Date.now());
  }

  private async ask(path: string): Promise<unknown> {
    try {
      const response = await fetch(path, {
        headers: { authorization: `Bearer ${this.token ?? ''}` },
        cache: 'no-store',
        referrerPolicy: 'no-referrer',
        signal: AbortSignal.timeout(2 * EVERY_MS),
      });
      this.refused = response.status === 401 || response.status === 403;
      return response.ok ? ((await response.json()) as unknown) : null;
    } catch {
      return null;
    }
  }
}
