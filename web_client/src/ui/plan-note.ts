/** The line is cut for long: what was agreed, on both sides, also while one of them is off line. */

import { html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';

import { announce } from './announcer';
import { type CutPlan, stepNow } from './cut-plan';
import { base, buttons, QuietElement } from './element';
import { noteStyle } from './note-style';
import { dialled, masked } from './phone';
import { t } from '../i18n/language';
import type { Call } from '../media/call';
import { isHere } from '../protocol/room';
import type { Role } from '../protocol/wire';

/** The note, where there is a plan; it decides itself when there is something to do. */
export function planNote(plan: CutPlan | null, call: Call, person: Role, name: string) {
  if (plan === null || call.session.room.departed !== null) return nothing;
  return html`
    <qr-plan-note
      .plan=${plan}
      .apart=${isApart(call)}
      .person=${person}
      .name=${name}
    ></qr-plan-note>
  `;
}

/** The two were together, and are not: the own line is lost, or the other's. */
function isApart(call: Call): boolean {
  if (!call.wasConnected) return false;
  if (call.session.state !== 'open' || call.link.state !== 'connected') return true;
  const [other] = call.others;
  return other !== undefined && (!isHere(other) || other.presence === 'away');
}

const TICK_MS = 1_000;

@customElement('qr-plan-note')
export class PlanNote extends QuietElement {
  static override styles = [base, buttons, noteStyle];

  @property({ attribute: false }) plan!: CutPlan;
  @property({ type: Boolean }) apart = false;
  @property() person: Role = 'client';
  @property() name = '';
  private since: number | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    // Its time comes while nothing else happens: nobody can tell this page anything.
    const timer = window.setInterval(() => this.requestUpdate(), TICK_MS);
    this.while(() => window.clearInterval(timer));
    this.while(() => announce('plan', ''));
  }

  override willUpdate(): void {
    if (!this.apart) this.since = null;
    else this.since ??= performance.now();
  }

  override render() {
    const { step, words } = this.now;
    if (step === null) return nothing;
    const address = step.dial === null ? null : dialled(step.dial);
    return html`
      <div class="note" data-testid="plan" data-key=${step.key}>
        <p>${words}</p>
        ${
          address === null
            ? nothing
            : html`
                <a class="button" data-testid="plan-call" href=${address}>${t('plan.call')}</a>
              `
        }
      </div>
    `;
  }

  override updated(): void {
    announce('plan', this.now.words);
  }

  private get now() {
    const apartMs = this.since === null ? 0 : performance.now() - this.since;
    const step = this.apart ? stepNow(this.plan, this.person, apartMs) : null;
    const phone = this.person === 'client' ? masked(this.plan.rings) : this.plan.dial;
    return { step, words: step === null ? '' : t(step.key, { name: this.name, phone }) };
  }
}
