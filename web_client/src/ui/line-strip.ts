/**
 * The strip under the other's picture: why they are not heard just now, words that were lost, and a
 * delay to talk around. It never says that somebody is silent while the line or a device may be.
 */

import { css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';

import { announce } from './announcer';
import { base, buttons, QuietElement } from './element';
import { stripWords } from './strip-words';
import { t } from '../i18n/language';
import type { Call } from '../media/call';
import type { Role } from '../protocol/wire';

@customElement('qr-line-strip')
export class LineStrip extends QuietElement {
  static override styles = [
    base,
    buttons,
    css`
      :host {
        display: grid;
        justify-items: center;
        gap: 4px;
        max-inline-size: 100%;
      }
      p {
        display: flex;
        align-items: center;
        justify-content: center;
        gap: 8px;
        padding: 2px 14px;
        border-radius: var(--round-card);
        color: var(--ink-2);
        font-variant-numeric: tabular-nums;
      }
      .cause {
        min-block-size: 1.75em;
      }
      .cause::before {
        flex: none;
        content: '';
        inline-size: 9px;
        block-size: 9px;
        border: 2px solid currentcolor;
        border-radius: 50%;
      }
      .cause.none::before {
        content: none;
      }
      /* Not by colour alone: a ring is well, a bar is a line that stopped, a square is a device. */
      .cause.network::before {
        inline-size: 14px;
        block-size: 0;
        border-width: 2px 0 0;
        border-style: dashed;
        border-radius: 0;
      }
      .cause.device::before {
        border-radius: 2px;
      }
      .network,
      .device,
      .lost {
        background: var(--amber-ground);
        color: var(--amber);
      }
      .lost,
      .delay {
        padding-block: 0;
        padding-inline-end: 4px;
      }
      .delay {
        border: 1px solid var(--hair);
      }
      button {
        min-block-size: 44px;
        padding: 4px 12px;
        text-decoration: underline;
        text-decoration-thickness: 1px;
        text-underline-offset: 4px;
      }
    `,
  ];

  @property({ attribute: false }) call!: Call;
  @property() person: Role = 'client';
  /** Whose voice it is about; empty while nobody is here. */
  @property() other = '';
  @property() name = '';

  override connectedCallback(): void {
    super.connectedCallback();
    this.while(this.call.hearing.onChange(() => this.requestUpdate()));
    this.while(() => announce('line', ''));
    this.while(() => announce('lost', ''));
  }

  override render() {
    const { hearing } = this.call;
    const { cause, shown } = hearing.of(this.other);
    const { delayMs } = hearing;
    return html`
      <p
        class="cause ${shown.kind}"
        data-testid="line-strip"
        data-cause=${cause}
        data-kind=${shown.kind}
      >
        ${stripWords(shown, this.person)}
      </p>
      ${
        hearing.lost === null
          ? nothing
          : html`
              <p class="lost" data-testid="words-lost">
                <span>${this.lostWords()}</span>
                <button @click=${() => hearing.dismissLost()}>${t('step.fine')}</button>
              </p>
            `
      }
      ${
        delayMs === null || this.other === ''
          ? nothing
          : html`
              <p class="delay" data-testid="delay-hint">
                <span>${this.delayWords(delayMs)}</span>
                <button @click=${() => hearing.dismissDelay()}>${t('strip.hide')}</button>
              </p>
            `
      }
    `;
  }

  override updated(): void {
    const { hearing } = this.call;
    const { shown } = hearing.of(this.other);
    // A count of seconds is for the eye: said aloud it would never end.
    announce('line', stripWords({ ...shown, seconds: 0 }, this.person));
    announce('lost', hearing.lost === null ? '' : this.lostWords());
  }

  private lostWords(): string {
    const { lost } = this.call.hearing;
    if (lost === null) return '';
    const count = Math.max(1, lost.seconds);
    if (lost.speaker === null) return t('strip.lost.mine', { count });
    const speaker = this.call.others.find(({ id }) => id === lost.speaker)?.name ?? this.name;
    return t('strip.lost.theirs', { name: speaker, count });
  }

  private delayWords(delayMs: number): string {
    return t(`strip.delay.${this.person}`, { count: (delayMs / 1_000).toFixed(1) });
  }
}

/** The strip about one of the others; `other` is empty while nobody is here. */
export function lineStrip(call: Call, person: Role, other: string, name: string) {
  return html`
    <qr-line-strip .call=${call} .person=${person} .other=${other} .name=${name}></qr-line-strip>
  `;
}
