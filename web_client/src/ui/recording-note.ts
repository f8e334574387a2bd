/** How a request or a recording ended; and, to who took it back, what becomes of what was captured. */

import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import { base, buttons, QuietElement } from './element';
import { FocusKeeper } from './focus';
import { noteStyle } from './note-style';
import { erase } from './recording-acts';
import { t } from '../i18n/language';
import type { RecordingSeen } from '../protocol/bodies';
import type { EndNote } from '../recording/ending';
import { dayWords } from '../recording/words';

const PASSING_MS = 10_000;
/** A tap sooner than this was meant for what stood there before. */
const READ_MS = 600;

@customElement('qr-recording-note')
export class RecordingNote extends QuietElement {
  static override styles = [
    base,
    buttons,
    noteStyle,
    css`
      :host {
        inline-size: min(720px, 100%);
      }
      .note {
        background: var(--surface);
        color: var(--ink);
      }
      .note p {
        flex-basis: 30ch;
      }
      .note .plain {
        border-color: var(--edge);
        text-decoration: none;
        padding-inline: 16px;
      }
      .choices {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        flex: 1 1 auto;
        padding-block-end: 4px;
      }
      .choices .plain {
        flex: 1 1 auto;
      }
    `,
  ];

  @property({ attribute: false }) note!: EndNote;
  /** What came of the choice, in words; null before it was made. */
  @state() private outcome: string | null = null;
  /** What was tapped goes on. The buttons stay as they are: one that is switched off loses the focus. */
  @state() private busy = false;
  @state() private failed = false;
  private readonly kept = new FocusKeeper();
  private shownAt = Infinity;
  private timer: number | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.shownAt = performance.now();
    this.while(() => window.clearTimeout(this.timer));
    if (!this.note.stays) this.goSoon();
  }

  override willUpdate(): void {
    this.kept.mark();
  }

  override updated(): void {
    this.kept.restore(/^qr-recording-note$/, () => this.renderRoot.querySelector('button'));
  }

  /** In a low window the room scrolls: what is asked is not asked out of sight. */
  override firstUpdated(): void {
    this.scrollIntoView({ block: 'nearest' });
  }

  override render() {
    const { words, decides } = this.note;
    const asks = decides !== '' && this.outcome === null;
    return html`
      <div class="note" data-testid="recording-note">
        <p role="status">
          ${this.outcome ?? words} ${this.failed ? t('rec.delete.failed') : nothing}
        </p>
        ${
          asks
            ? html`
                <div class="choices">
                  <button
                    class="plain"
                    data-testid="recording-delete"
                    @click=${() => void this.erase()}
                  >
                    ${t('rec.delete')}
                  </button>
                  <button class="plain" data-testid="recording-later" @click=${() => this.later()}>
                    ${t('rec.later')}
                  </button>
                </div>
              `
            : html`
                <button
                  class="dismiss"
                  data-testid="recording-note-close"
                  @click=${() => this.say('dismiss-recording')}
                >
                  ${t('close')}
                </button>
              `
        }
      </div>
    `;
  }

  private async erase(): Promise<void> {
    if (this.isTooSoon || this.busy) return;
    this.busy = true;
    const seen = await erase(this.note.decides);
    this.busy = false;
    this.failed = seen === null;
    if (seen === null) return;
    this.outcome = outcomeOf(seen);
  }

  /** It is given up already: for a day it can be kept after all, and then it is gone. */
  private later(): void {
    if (this.isTooSoon || this.busy) return;
    this.failed = false;
    this.outcome = t('rec.later.done');
  }

  private get isTooSoon(): boolean {
    return performance.now() < this.shownAt + READ_MS;
  }

  private goSoon(): void {
    this.timer = window.setTimeout(() => this.say('dismiss-recording'), PASSING_MS);
  }
}

/** Erased for good; or locked by law; or, where it was only one's own part, the rest in its time. */
function outcomeOf({ stage, floor_until: floor }: Partial<RecordingSeen>): string {
  if (stage === 'erased') return t('rec.deleted');
  if (stage !== 'locked' || typeof floor !== 'number') return t('rec.later.done');
  return t('rec.locked', { day: dayWords(floor, Date.now()) });
}
