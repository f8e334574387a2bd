/** Text beside the picture, or under it on a phone: always there, whatever the line does. */

import { css, html, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';

import { composer } from './composer-style';
import { base, buttons, QuietElement } from './element';
import './icon';
import { t, timeOfDay } from '../i18n/language';
import type { Outgoing } from '../protocol/outbox';
import type { ParticipantView, Text } from '../protocol/wire';
import { feelingIn } from '../thread/feeling';
import { feelingLines } from '../thread/feeling-lines';
import '../thread/feeling-sheet';
import type { SaidCard } from '../thread/mailbox';

@customElement('qr-text-panel')
export class TextPanel extends QuietElement {
  static override styles = [
    base,
    buttons,
    composer,
    css`
      :host {
        display: grid;
        grid-template-rows: auto minmax(0, 1fr) auto;
        background: var(--surface);
        border-radius: var(--round-card);
        overflow: hidden;
      }
      header {
        display: flex;
        align-items: center;
        justify-content: space-between;
        padding: 8px 8px 0 20px;
      }
      h2 {
        font-weight: 600;
      }
      .list {
        overflow-y: auto;
        overscroll-behavior: contain;
        padding: 8px 20px 16px;
        display: flex;
        flex-direction: column;
        gap: 12px;
      }
      .empty {
        color: var(--ink-2);
        margin-block: auto;
        text-align: center;
        text-wrap: balance;
      }
      li {
        max-inline-size: 88%;
        align-self: flex-start;
      }
      li.mine {
        align-self: flex-end;
      }
      .body {
        padding: 10px 14px;
        border-radius: var(--round-card);
        background: var(--ground);
        overflow-wrap: anywhere;
        white-space: pre-wrap;
      }
      .mine .body {
        background: var(--sunken);
      }
      .about {
        font-size: var(--caption);
        color: var(--ink-2);
        padding: 2px 4px 0;
      }
      .mine .about {
        text-align: end;
      }
      .failed {
        display: block;
        margin-inline-start: auto;
        padding: 4px 8px;
        font-size: var(--caption);
        color: var(--amber);
        text-decoration: underline;
        text-underline-offset: 3px;
      }
      .card {
        border: 1px solid var(--hair);
        background: var(--surface);
        white-space: normal;
      }
      .card .label {
        font-size: var(--caption);
        color: var(--ink-2);
      }
      .feel {
        margin-inline-start: auto;
      }
      .send {
        padding-inline: 16px;
      }
    `,
  ];

  @property({ attribute: false }) texts: readonly Text[] = [];
  @property({ attribute: false }) waiting: readonly Outgoing[] = [];
  @property({ attribute: false }) people: readonly ParticipantView[] = [];
  @property() you = '';
  @property({ type: Boolean }) closable = true;
  /** What comes in now is to be read, and not spoken. */
  @property({ type: Boolean }) quiet = false;
  /** May say how it is by card, too. */
  @property({ type: Boolean }) feels = false;
  @state() private feeling = false;
  @state() private draft = '';
  @query('.list') private readonly list!: HTMLElement;
  @query('textarea') private readonly input!: HTMLTextAreaElement;
  private readonly names = new Map<string, string>();

  override focus(): void {
    this.input.focus();
  }

  override willUpdate(): void {
    // A name is remembered: what someone wrote stays theirs after they have left.
    for (const { id, name } of this.people) this.names.set(id, name);
  }

  override render() {
    const empty = this.texts.length === 0 && this.waiting.length === 0;
    return html`
      <header>
        <h2>${t('text.title')}</h2>
        ${this.feels ? this.feel() : nothing}
        <button class="link" ?hidden=${!this.closable} @click=${() => this.say('close-text')}>
          ${t('text.hide')}
        </button>
      </header>
      <ol
        class="list"
        role="log"
        aria-live=${this.quiet ? 'off' : 'polite'}
        data-testid="text-list"
        tabindex="0"
        aria-label=${t('text.title')}
      >
        ${
          empty
            ? html`
                <li class="empty">${t('text.empty')}</li>
              `
            : nothing
        }
        ${this.texts.map((text) => this.said(text))}
        ${this.waiting.map((outgoing) => this.unsaid(outgoing))}
      </ol>
      <form @submit=${(event: SubmitEvent) => this.handleSubmit(event)}>
        <textarea
          data-testid="text-input"
          rows="1"
          maxlength="2000"
          autocomplete="off"
          aria-label=${t('text.input')}
          placeholder=${t('text.input')}
          .value=${this.draft}
          @input=${() => (this.draft = this.input.value)}
          @keydown=${(event: KeyboardEvent) => this.handleKey(event)}
        ></textarea>
        <button class="primary send" data-testid="text-send">${t('text.send')}</button>
      </form>
      ${this.feeling ? this.sheet() : nothing}
    `;
  }

  private feel() {
    return html`
      <button class="link feel" data-testid="say-feeling" @click=${() => (this.feeling = true)}>
        ${t('feeling.open')}
      </button>
    `;
  }

  /** Said like any line: in its order, once, and whatever the line does meanwhile. */
  private sheet() {
    return html`
      <qr-feeling-sheet
        @write-card=${(event: CustomEvent<SaidCard>) => this.say('write-text', event.detail.body)}
        @close-sheet=${() => (this.feeling = false)}
      ></qr-feeling-sheet>
    `;
  }

  private said(text: Text) {
    const mine = text.sender === this.you;
    const who = mine ? t('text.you') : (this.names.get(text.sender) ?? '');
    return html`
      <li class=${mine ? 'mine' : ''} data-seq=${text.seq}>
        <p class="unseen">${who}</p>
        ${bodyOf(text.body)}
        <p class="about">
          ${mine ? `${t('text.delivered')} · ` : who === '' ? nothing : `${who} · `}${timeOfDay(
            text.at,
          )}
        </p>
      </li>
    `;
  }

  private unsaid({ key, body, state: delivery }: Outgoing) {
    return html`
      <li class="mine" data-delivery=${delivery}>
        ${bodyOf(body)}
        ${
          delivery === 'failed'
            ? html`
                <button class="failed" @click=${() => this.say('retry-text', key)}>
                  ${t('text.failed')}
                </button>
              `
            : html`
                <p class="about">${t('text.sending')}</p>
              `
        }
      </li>
    `;
  }

  override updated(changes: PropertyValues<this>): void {
    if (changes.has('texts') || changes.has('waiting'))
      this.list.scrollTop = this.list.scrollHeight;
  }

  private handleKey(event: KeyboardEvent): void {
    // Enter also ends a word being composed (Chinese input); only a plain Enter sends.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.send();
  }

  private handleSubmit(event: SubmitEvent): void {
    event.preventDefault();
    this.send();
    this.focus();
  }

  private send(): void {
    const body = this.draft.trim();
    if (body === '') return;
    this.draft = '';
    this.input.value = '';
    this.say('write-text', body);
  }
}

/** Words, or the card that is in their place. */
function bodyOf(line: string) {
  const feeling = feelingIn(line);
  if (feeling === null)
    return html`
      <p class="body" .textContent=${line}></p>
    `;
  return html`
    <div class="body card" data-testid="feeling-card">${feelingLines(feeling)}</div>
  `;
}
