/** Somebody waits at the door: who, and the one thing to do. Without a place a reason is asked for. */

import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import { announce } from './announcer';
import { base, buttons, QuietElement } from './element';
import { noteStyle } from './note-style';
import { t } from '../i18n/language';
import type { Call } from '../media/call';
import { atDoor, own } from '../protocol/room';
import type { ParticipantView, Reply } from '../protocol/wire';

/** Until the answer has come a second tap would be for nothing. */
const PATIENCE_MS = 3_000;

/** The note for whoever may open the door; nothing for others, and while nobody is there. */
export function doorNote(call: Call) {
  const { room } = call.session;
  const [first] = own(room)?.role === 'counsellor' ? atDoor(room) : [];
  return first === undefined
    ? nothing
    : html`
        <qr-door-note .call=${call} .who=${first}></qr-door-note>
      `;
}

@customElement('qr-door-note')
export class DoorNote extends QuietElement {
  static override styles = [
    base,
    buttons,
    noteStyle,
    css`
      /* Good news, and the one thing to do next: not a warning. */
      .note {
        background: var(--surface);
        color: var(--ink);
      }
      .note .primary {
        color: var(--on-qing);
        text-decoration: none;
        padding-inline: 20px;
      }
      label {
        flex: 1 1 100%;
        color: var(--ink-2);
      }
      input {
        font: inherit;
        color: inherit;
        flex: 1 1 16ch;
        min-inline-size: 0;
        min-block-size: 48px;
        padding: 8px 12px;
        border: 1px solid var(--edge);
        border-radius: var(--round-control);
        background: var(--ground);
      }
    `,
  ];

  @property({ attribute: false }) call!: Call;
  @property({ attribute: false }) who!: ParticipantView;
  @state() private opening = false;
  /** The client has not said where they are: the gateway wants to know why they come in without. */
  @state() private unplaced = false;
  @state() private reason = '';

  override render() {
    return html`
      <form
        class="note"
        data-testid="door"
        @submit=${(event: Event) => {
          event.preventDefault();
          void this.letIn();
        }}
      >
        <p>${t('door.somebody', { name: this.who.name })}</p>
        ${this.unplaced ? this.why() : nothing}
        <button
          class="primary"
          data-testid="let-in"
          ?disabled=${this.opening || (this.unplaced && this.reason.trim() === '')}
        >
          ${t(this.unplaced ? 'door.let_in.anyway' : 'door.let_in')}
        </button>
      </form>
    `;
  }

  private why() {
    return html`
      <label for="reason" role="status">${t('door.unplaced')}</label>
      <input
        id="reason"
        data-testid="door-reason"
        maxlength="300"
        autocomplete="off"
        .value=${this.reason}
        @input=${(event: Event) => (this.reason = (event.target as HTMLInputElement).value)}
      />
    `;
  }

  override updated(): void {
    announce('door', t('door.somebody', { name: this.who.name }));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.while(() => announce('door', ''));
  }

  private async letIn(): Promise<void> {
    this.opening = true;
    window.setTimeout(() => (this.opening = false), PATIENCE_MS);
    const reason = this.unplaced ? this.reason.trim() : '';
    const asked = { type: 'let_in', participant: this.who.id, reason } as const;
    const reply = await this.call.session.request(asked).catch((): Reply | null => null);
    this.opening = false;
    if (reply?.type !== 'refused' || reply.code !== 'place_unconfirmed') return;
    this.unplaced = true;
    await this.updateComplete;
    this.renderRoot.querySelector('input')?.focus();
  }
}
