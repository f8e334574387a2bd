/** C4: at the door. Who is there, what is not yet heard or seen, and the way out; no spinner, no clock. */

import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import { announce } from './announcer';
import { base, buttons, QuietElement } from './element';
import './page-bar';
import { pageLayout } from './page';
import './scene';
import { type Doorway, doorwayOf } from './doorway';
import { t } from '../i18n/language';
import type { Call } from '../media/call';

const TICK_MS = 5_000;

@customElement('qr-waiting')
export class Waiting extends QuietElement {
  static override styles = [
    base,
    buttons,
    pageLayout,
    css`
      .bar {
        padding: 12px 16px;
      }
      .mine {
        color: var(--ink-2);
        max-inline-size: 24em;
      }
      .late {
        font-size: var(--sentence);
      }
      .out {
        margin-block-start: 8px;
      }
    `,
  ];

  @property({ attribute: false }) call!: Call;
  @state() private since = Date.now();

  override connectedCallback(): void {
    super.connectedCallback();
    this.since = Date.now();
    this.while(this.call.onChange(() => this.requestUpdate()));
    const timer = window.setInterval(() => this.requestUpdate(), TICK_MS);
    this.while(() => window.clearInterval(timer));
    this.while(() => announce('status', ''));
  }

  override render() {
    const doorway = this.doorway;
    const { name } = doorway;
    const said = name === '' ? t('room.other.counsellor') : name;
    return html`
      <header class="bar">
        <qr-page-bar exit></qr-page-bar>
      </header>
      <main data-testid="waiting" data-state=${doorway.state}>
        <qr-scene></qr-scene>
        <div class="words">
          <h1 tabindex="-1">${t(`door.${doorway.state}`, { name })}</h1>
          <p class="sub">${t('door.unheard', { name: said })}</p>
          ${
            doorway.lateMinutes > 0 && doorway.state !== 'lost'
              ? html`
                  <p class="late" data-testid="door-late">
                    ${t('door.late', { name: said, count: doorway.lateMinutes })}
                  </p>
                `
              : nothing
          }
          ${
            doorway.long
              ? html`
                  <p class="sub" data-testid="door-long">${t('door.long')}</p>
                `
              : nothing
          }
          <p class="mine">${t(this.mine)}</p>
          <button class="plain out" data-testid="door-leave" @click=${() => this.call.leave()}>
            ${t('door.leave')}
          </button>
        </div>
      </main>
    `;
  }

  override updated(): void {
    const { state: now, name, lateMinutes } = this.doorway;
    const late = lateMinutes > 0 ? t('door.late', { name, count: lateMinutes }) : '';
    announce('status', `${t(`door.${now}`, { name })} ${late}`.trim());
  }

  private get doorway(): Doorway {
    const { session, others } = this.call;
    const now = Date.now();
    return doorwayOf(session.state, others, now - this.since, session.room.hour, now);
  }

  /** What will be heard and seen of this person once they are in. */
  private get mine() {
    const voice = this.call.own.isOn('audio');
    if (this.call.own.isOn('video')) return voice ? 'door.mine.both' : 'door.mine.picture';
    return voice ? 'door.mine.voice' : 'door.mine.text';
  }
}
