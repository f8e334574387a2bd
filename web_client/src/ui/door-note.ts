/** Somebody waits at the door: who, and the one thing to do. */

import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import { announce } from './announcer';
import { base, buttons, QuietElement } from './element';
import { noteStyle } from './note-style';
import { t } from '../i18n/language';
import { atDoor, own, type Room } from '../protocol/room';
import type { ParticipantView } from '../protocol/wire';

/** Until the answer has come a second tap would be for nothing. */
const PATIENCE_MS = 3_000;

/** The note for whoever may open the door; nothing for others, and while nobody is there. */
export function doorNote(room: Room) {
  const [first] = own(room)?.role === 'counsellor' ? atDoor(room) : [];
  return first === undefined
    ? nothing
    : html`
        <qr-door-note .who=${first}></qr-door-note>
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
    `,
  ];

  @property({ attribute: false }) who!: ParticipantView;
  @state() private opening = false;

  override render() {
    return html`
      <div class="note" data-testid="door">
        <p>${t('door.somebody', { name: this.who.name })}</p>
        <button
          class="primary"
          data-testid="let-in"
          ?disabled=${this.opening}
          @click=${() => this.letIn()}
        >
          ${t('door.let_in')}
        </button>
      </div>
    `;
  }

  override updated(): void {
    announce('door', t('door.somebody', { name: this.who.name }));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.while(() => announce('door', ''));
  }

  private letIn(): void {
    this.opening = true;
    window.setTimeout(() => (this.opening = false), PATIENCE_MS);
    this.say('let-in', this.who.id);
  }
}
