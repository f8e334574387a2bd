/** The room of one hour, under the desk's bar. The room itself is the same page for everybody. */

import { css, html } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';

import './bar';
import type { DeskBar } from './bar';
import { DeskElement } from './desk-element';
import { After, type Parting } from '../ui/after';
import '../ui/app';
import type { App } from '../ui/app';
import type { CutPlan } from '../ui/cut-plan';
import { base } from '../ui/element';
import type { TimelineView } from '../media/timeline';
import type { Before, PlanBody } from '../protocol/bodies';
import type { Answer } from '../protocol/rest';
import type { Seat } from '../protocol/wire';

const TICK_MS = 1_000;
const PLAN_MS = 60_000;

/** The plan as the room runs it. Where a call is not safe, nobody calls. */
function cutPlanOf({ caller, phone, call_is_safe: safe, wait_s: waitS = 30 }: PlanBody): CutPlan {
  const calls = caller === 'counsellor' && !safe ? 'nobody' : caller;
  return {
    caller: calls,
    dial: calls === 'counsellor' ? phone : '',
    rings: '',
    waitMs: waitS * 1000,
  };
}

/** How an hour ended, and where its time went. */
export interface HourEnded {
  readonly hour: string;
  readonly timeline: TimelineView | null;
}

@customElement('qr-hour-room')
export class HourRoom extends DeskElement {
  static override styles = [
    base,
    css`
      :host {
        display: grid;
        grid-template-rows: auto minmax(0, 1fr);
        block-size: 100vh;
        block-size: 100dvh;
      }
      .app {
        min-block-size: 0;
        overflow: auto;
      }
    `,
  ];

  @property() hour = '';
  @property({ type: Boolean }) safety = false;
  /** In the room, and not on a page before or after it. */
  @state() private inside = false;
  /** What was agreed for a cut line; read when the room opens, so that it runs without a line. */
  @state() private plan: CutPlan | null = null;
  @query('qr-desk-bar') private readonly bar!: DeskBar;
  @query('qr-app') private readonly app!: App;
  private readonly heights = new ResizeObserver(() => this.handleHeight());

  override connectedCallback(): void {
    super.connectedCallback();
    const timer = window.setInterval(() => this.handleTick(), TICK_MS);
    this.while(() => window.clearInterval(timer));
    this.while(() => this.heights.disconnect());
  }

  override render() {
    return html`
      <qr-desk-bar .hour=${this.hour} .inside=${this.inside} .open=${this.safety}></qr-desk-bar>
      <div class="app">
        <qr-app
          person="counsellor"
          .seatOf=${this.seatOf}
          .plan=${this.plan}
          .safety=${this.safety}
          @parted=${(event: CustomEvent<Parting>) => void this.handleParted(event.detail)}
        ></qr-app>
      </div>
    `;
  }

  override firstUpdated(): void {
    this.heights.observe(this.bar);
    this.everyWhileSeen(PLAN_MS, () => void this.readPlan());
  }

  /** The client may give it while they are at the door. */
  private async readPlan(): Promise<void> {
    const answer = await this.ask<Before>('GET', `appointments/${this.hour}/today`);
    if (answer.kind === 'done' && answer.said.plan !== null)
      this.plan = cutPlanOf(answer.said.plan);
  }

  private readonly seatOf = (): Promise<Answer<Seat>> =>
    this.ask<Seat>('POST', `appointments/${this.hour}/seat`);

  /** The room takes the height that is left, where it knows of one (`--room-height`). */
  private handleHeight(): void {
    const { height } = this.bar.getBoundingClientRect();
    this.style.setProperty('--room-height', `calc(100dvh - ${Math.ceil(height)}px)`);
  }

  private handleTick(): void {
    const inside = this.app.renderRoot.querySelector('qr-room') !== null;
    if (inside === this.inside) return;
    this.inside = inside;
    this.say('inside', inside);
  }

  /** The app's own page stays where there is a way back into the room. */
  private async handleParted(parting: Parting): Promise<void> {
    if (parting !== 'ended') return;
    await this.app.updateComplete;
    const page = this.app.renderRoot.querySelector('qr-after');
    const timeline = page instanceof After ? page.timeline : null;
    this.say('hour-ended', { hour: this.hour, timeline } satisfies HourEnded);
  }
}
