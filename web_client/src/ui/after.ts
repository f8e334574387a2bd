/** C10: thanks, or "not your fault". After ten minutes the page says nothing at all. */

import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import { base, buttons, QuietElement } from './element';
import './gap-list';
import { pageLayout } from './page';
import './scene';
import { type Key, t } from '../i18n/language';
import type { TimelineView } from '../media/timeline';
import type { Role } from '../protocol/wire';
import '../recordings/recorded-hour';

const NEUTRAL_MS = 10 * 60_000;

export type Parting = 'left' | 'ended' | 'failed';

@customElement('qr-after')
export class After extends QuietElement {
  static override styles = [
    base,
    buttons,
    pageLayout,
    css`
      qr-recorded-hour {
        inline-size: min(560px, 100%);
      }
      .gaps {
        inline-size: min(480px, 100%);
        padding: 20px 24px;
        border-radius: var(--round-card);
        background: var(--surface);
      }
      h2 {
        font-size: var(--sentence);
        line-height: 1.4;
        margin-block-end: 8px;
      }
    `,
  ];

  @property() person: Role = 'client';
  @property() parting: Parting = 'left';
  @property({ type: Boolean }) retry = false;
  /** The booked hour, where this is its client's page: what was recorded of it is said. */
  @property() hour = '';
  /** Where time was lost; null where it is not this person's to see. */
  @property({ attribute: false }) timeline: TimelineView | null = null;
  @state() private neutral = false;

  override connectedCallback(): void {
    super.connectedCallback();
    const timer = window.setTimeout(() => (this.neutral = true), NEUTRAL_MS);
    this.while(() => window.clearTimeout(timer));
  }

  override render() {
    if (this.neutral) {
      return html`
        <main>
          <h1 class="unseen" tabindex="-1">${t('title')}</h1>
          <p>${t('neutral.body')}</p>
        </main>
      `;
    }
    const back = this.retry && this.parting !== 'ended';
    const button = this.parting === 'failed' ? 'primary' : 'plain';
    return html`
      <main data-testid="after" data-parting=${this.parting}>
        <qr-scene></qr-scene>
        <div class="words">
          <h1 tabindex="-1">${t(this.headline)}</h1>
          <p class="sub">${t(this.more)}</p>
          ${
            back
              ? html`
                  <button
                    class=${button}
                    data-testid="come-back"
                    @click=${() => this.say('try-again')}
                  >
                    ${t('after.back')}
                  </button>
                `
              : nothing
          }
        </div>
        ${
          this.hour === ''
            ? nothing
            : html`
                <qr-recorded-hour .hour=${this.hour}></qr-recorded-hour>
              `
        }
        ${this.timeline === null ? nothing : gapsOf(this.timeline)}
      </main>
    `;
  }

  private get headline(): Key {
    if (this.parting === 'failed') return 'after.failed';
    if (this.person === 'client') return 'after.thanks';
    return this.parting === 'ended' ? 'after.counsellor.ended' : 'after.counsellor';
  }

  private get more(): Key {
    if (this.parting === 'failed') return 'after.failed.sub';
    return this.person === 'client' ? 'after.thanks.sub' : 'after.close';
  }
}

function gapsOf(timeline: TimelineView) {
  return html`
    <section class="gaps" aria-labelledby="gaps">
      <h2 id="gaps">${t('timeline.title')}</h2>
      <qr-gap-list .view=${timeline}></qr-gap-list>
    </section>
  `;
}
