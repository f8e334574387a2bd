/** What somebody decides about a thread: who sees what they read, how long it is kept, and a copy of it. */

import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import { allOf, archiveOf } from './archive';
import { count, language, type Key, t } from '../i18n/language';
import { ask } from '../protocol/rest';
import type { BookingSide, Changes } from '../protocol/wire';
import { base, buttons, QuietElement } from '../ui/element';
import '../ui/sheet';

const DAYS = [7, 30, 90, 180, 365];
/** As a choice of how long what stays of hours is kept: as long as the practice does. */
const AS_THEIRS = 0;
const FILE = 'messages.html';

@customElement('qr-thread-settings')
export class ThreadSettings extends QuietElement {
  static override styles = [
    base,
    buttons,
    css`
      :host {
        display: contents;
      }
      .part {
        padding-block: 12px;
        border-block-end: 1px solid var(--hair);
      }
      .check {
        display: flex;
        align-items: center;
        gap: 12px;
        min-block-size: 44px;
      }
      .check input {
        flex: none;
        inline-size: 22px;
        block-size: 22px;
        accent-color: var(--qing);
      }
      select {
        font: inherit;
        color: var(--ink);
        background: var(--surface);
        border: 1px solid var(--edge);
        border-radius: var(--round-control);
        min-block-size: 48px;
        padding: 8px 12px;
      }
      .about {
        color: var(--ink-2);
        font-size: var(--caption);
      }
      .trouble {
        color: var(--amber);
      }
    `,
  ];

  @property() thread = '';
  @property() name = '';
  @property() you = '';
  @property() side: BookingSide = 'client';
  @property({ type: Boolean }) receipts = false;
  @property({ type: Boolean }) presence = false;
  @property({ type: Number }) keepDays = 365;
  /** How long what stays of hours is kept; null: as long as the practice keeps it. */
  @property({ attribute: false }) changeDays: number | null = null;
  @state() private trouble: Key | null = null;
  @state() private saved: Key | null = null;
  @state() private busy = false;

  override render() {
    return html`
      <qr-sheet heading=${t('settings.title')}>
        ${this.switch('receipts', t('thread.receipts', { name: this.name }), this.receipts)}
        ${this.switch('presence', t('thread.presence', { name: this.name }), this.presence)}
        <div class="part">${this.keeping()}</div>
        ${this.side === 'client' ? this.keepingChange() : nothing}
        <div class="part">
          <button
            class="plain"
            data-testid="save-copy"
            ?disabled=${this.busy}
            @click=${() => void this.copy()}
          >
            ${t(this.busy ? 'archive.making' : 'archive.make')}
          </button>
          <p class="about">${t('archive.about')}</p>
        </div>
        <p class="about">${t('settings.search')}</p>
        <p class="trouble" role="alert">${this.trouble === null ? '' : t(this.trouble)}</p>
        <p class="about" role="status" data-testid="settings-saved">
          ${this.saved === null ? '' : t(this.saved)}
        </p>
      </qr-sheet>
    `;
  }

  /** What of oneself is shown to the other one: each only by one's own tap. */
  private switch(what: 'receipts' | 'presence', words: string, on: boolean) {
    return html`
      <label class="part check">
        <input
          type="checkbox"
          name=${what}
          .checked=${on}
          @change=${() => this.say(`set-${what}`, !on)}
        />
        ${words}
      </label>
    `;
  }

  private keeping() {
    const days = [...new Set([...DAYS, this.keepDays])].sort((one, other) => one - other);
    if (this.side === 'counsellor')
      return html`
        <p>${t('settings.kept', { days: count(this.keepDays) })}</p>
        <p class="about">${t('settings.kept.about')}</p>
      `;
    return html`
      <label>
        ${t('settings.keep')}
        <select
          name="keep"
          @change=${(event: Event) => void this.keep(Number((event.target as HTMLSelectElement).value))}
        >
          ${days.map(
            (each) => html`
              <option value=${each} ?selected=${each === this.keepDays}>
                ${t('settings.days', { days: count(each) })}
              </option>
            `,
          )}
        </select>
      </label>
      <p class="about">${t('settings.keep.about')}</p>
    `;
  }

  /** What a client gave of themselves is theirs to have forgotten sooner. */
  private keepingChange() {
    const own = this.changeDays ?? AS_THEIRS;
    const days = [...new Set([...DAYS, own])].filter((each) => each !== AS_THEIRS);
    days.sort((one, other) => one - other);
    return html`
      <div class="part">
        <label>
          ${t('settings.change')}
          <select
            name="keep-change"
            @change=${(event: Event) => void this.keepChange(Number((event.target as HTMLSelectElement).value))}
          >
            ${days.map(
              (each) => html`
                <option value=${each} ?selected=${each === own}>
                  ${t('settings.days', { days: count(each) })}
                </option>
              `,
            )}
            <option value=${AS_THEIRS} ?selected=${own === AS_THEIRS}>
              ${t('settings.change.theirs')}
            </option>
          </select>
        </label>
        <p class="about">${t('settings.change.about')}</p>
      </div>
    `;
  }

  private async keepChange(chosen: number): Promise<void> {
    const days = chosen === AS_THEIRS ? null : chosen;
    const answer = await ask('PUT', `threads/${this.thread}/keep-change`, { days });
    this.trouble = answer.kind === 'done' ? null : 'remind.trouble';
    this.saved = answer.kind === 'done' ? 'remind.saved' : null;
    if (answer.kind === 'done') this.say('keep-change', days);
    else this.requestUpdate('changeDays');
  }

  private async keep(days: number): Promise<void> {
    const answer = await ask('PUT', `threads/${this.thread}/keep`, { days });
    this.trouble = answer.kind === 'done' ? null : 'remind.trouble';
    this.saved = answer.kind === 'done' ? 'remind.saved' : null;
    if (answer.kind === 'done') this.say('keep-days', days);
    else this.requestUpdate('keepDays');
  }

  private async copy(): Promise<void> {
    this.busy = true;
    const messages = await allOf(async (number) => {
      const answer = await ask<Changes>('GET', `threads/${this.thread}/messages?before=${number}`);
      return answer.kind === 'done' ? answer.said.items : null;
    });
    this.busy = false;
    this.trouble = messages === null ? 'archive.trouble' : null;
    if (messages === null) return;
    const { you, name, side } = this;
    give(archiveOf({ messages, you, name, side, language: language() }));
  }
}

/** Give the file to the browser, under a name that says nothing. */
function give(text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/html;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = FILE;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(address), 0);
}
