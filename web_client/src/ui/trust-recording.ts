/** What of this is being recorded, for what, until when; and how to stop it, or take it back. */

import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import { base, buttons, QuietElement } from './element';
import { FocusKeeper } from './focus';
import { send } from './recording-acts';
import { type Key, t } from '../i18n/language';
import type { Call } from '../media/call';
import type { RecordingCommand } from '../protocol/recording';
import type { Medium, Purpose, PurposeTerm, Recording } from '../protocol/wire';
import type { RecordingView } from '../recording/view';
import { keptWords, mediaWords, purposeWords } from '../recording/words';

@customElement('qr-trust-recording')
export class TrustRecording extends QuietElement {
  static override styles = [
    base,
    buttons,
    css`
      .state {
        font-weight: 600;
      }
      .runs {
        color: var(--zi);
      }
      p + p {
        margin-block-start: 6px;
      }
      .acts {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        margin-block: 12px 6px;
      }
      .acts button {
        flex: 1 1 auto;
      }
      .about {
        color: var(--ink-2);
        font-size: var(--caption);
      }
    `,
  ];

  @property({ attribute: false }) call!: Call;
  @property({ attribute: false }) recording!: Recording;
  @property({ attribute: false }) view: RecordingView | null = null;
  private readonly kept = new FocusKeeper();
  @state() private trouble: Key | null = null;
  /** What it is no longer for, by a tap here. */
  @state() private dropped: Purpose | Medium | null = null;

  override willUpdate(): void {
    this.kept.mark();
  }

  override updated(): void {
    // Whoever was on "stop" as it stopped is not put on "delete".
    const instead = this.view?.stage === 'finalising' ? '.state' : 'button';
    this.kept.restore(/^qr-trust-recording$/, () =>
      this.renderRoot.querySelector<HTMLElement>(instead),
    );
  }

  override render() {
    const { purposes, media } = this.recording;
    const closing = this.view?.stage === 'finalising';
    return html`
      <p class=${closing ? 'state' : 'state runs'} tabindex="-1" data-testid="trust-recording">
        ${this.stateWords()}
      </p>
      ${purposes.map(
        (term) => html`
          <p>${keptWords(term, media, true, Date.now())}</p>
        `,
      )}
      <div class="acts">
        ${closing ? nothing : this.act('rec.trust.stop', { type: 'stop_recording' })}
        <button
          class="plain ending"
          data-testid="withdraw_recording"
          @click=${() => void this.tell({ type: 'withdraw_recording' })}
        >
          ${t(closing ? 'rec.withdraw.closing' : 'rec.withdraw')}
        </button>
        ${purposes.length > 1 ? purposes.map((term) => this.narrow(term)) : nothing}
        ${media.length > 1 ? media.map((medium) => this.leaveOut(medium)) : nothing}
      </div>
      <p class="about">${t(closing ? 'rec.withdraw.closing.about' : 'rec.trust.withdraw.about')}</p>
      <p class="about" role="status" data-testid="trust-said">
        ${this.trouble === null ? this.narrowed() : t(this.trouble)}
      </p>
    `;
  }

  private stateWords(): string {
    const stage = this.view?.stage;
    if (stage === 'finalising') return t('rec.finishing');
    return `${t(stage === 'recording' ? 'rec.on' : 'rec.held')} · ${mediaWords(this.recording.media)}`;
  }

  private narrow({ purpose }: PurposeTerm) {
    return html`
      <button
        class="plain"
        data-testid=${`narrow-${purpose}`}
        @click=${() => void this.narrowBy(purpose)}
      >
        ${t('rec.trust.narrow', { purpose: purposeWords(purpose) })}
      </button>
    `;
  }

  private leaveOut(medium: Medium) {
    return html`
      <button
        class="plain"
        data-testid=${`leave-out-${medium}`}
        @click=${() => void this.leaveOutBy(medium)}
      >
        ${t(`rec.trust.drop.${medium}`)}
      </button>
    `;
  }

  private async leaveOutBy(medium: Medium): Promise<void> {
    await this.tell({ type: 'withdraw_recording', media: [medium] }, false);
    if (this.trouble === null) this.dropped = medium;
  }

  private async narrowBy(purpose: Purpose): Promise<void> {
    await this.tell({ type: 'withdraw_recording', purposes: [purpose] }, false);
    if (this.trouble === null) this.dropped = purpose;
  }

  private narrowed(): string {
    const { dropped } = this;
    if (dropped === null) return '';
    return isMedium(dropped)
      ? t(`rec.trust.dropped.${dropped}`)
      : t('rec.trust.narrowed', { purpose: purposeWords(dropped) });
  }

  private act(word: Key, command: RecordingCommand) {
    return html`
      <button
        class="plain"
        data-testid=${`trust-${command.type}`}
        @click=${() => void this.tell(command)}
      >
        ${t(word)}
      </button>
    `;
  }

  private async tell(command: RecordingCommand, closes = true): Promise<void> {
    // The room tells that it is over before it answers: by then this is no part of the sheet any more.
    const root = this.getRootNode();
    this.trouble = await send(this.call, command);
    if (this.trouble !== null || !closes) return;
    const sheet = root instanceof ShadowRoot ? root.host : this;
    sheet.dispatchEvent(new CustomEvent('close-sheet', { bubbles: true, composed: true }));
  }
}

function isMedium(what: Purpose | Medium): what is Medium {
  return what === 'audio' || what === 'video' || what === 'text';
}
