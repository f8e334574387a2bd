/**
 * What a counsellor notes for handing over when a client is in danger: kept for a day, and shown to them alone.
 *
 * Rule: nothing that was typed goes by itself, not where saving fails and not where the panel is closed.
 */

import { css, html, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import { DeskElement, deskLayout, fields } from './desk-element';
import { draftOf, dropDraft, keepDraft } from './note-drafts';
import { troubleOf } from './views';
import { base, buttons } from '../ui/element';
import { dayOf } from '../i18n/dates';
import { type Key, t, timeOfDay } from '../i18n/language';
import type { Note, NoteKept } from '../protocol/bodies';

const MOST = 2000;
const NOTHING: NoteKept = { note: '', note_until: null };

/** Until when a note is kept, by day and time: a day from now is another day. */
export function untilWords(until: number): string {
  return t('desk.note.until', { day: dayOf(until), time: timeOfDay(until) });
}

@customElement('qr-safety-note')
export class SafetyNote extends DeskElement {
  static override styles = [
    base,
    buttons,
    deskLayout,
    fields,
    css`
      h3 {
        font-weight: 600;
        margin-block: 20px 4px;
      }
      textarea {
        display: block;
        min-block-size: 7em;
        margin-block: 8px;
        line-height: 1.5;
        resize: vertical;
      }
      .row {
        gap: 8px 16px;
      }
      .trouble:not(.none) {
        margin-block: 0 8px;
      }
    `,
  ];

  @property() hour = '';
  /** What is kept, as the gateway said last; what it says to this element is told by `note-kept`. */
  @property({ attribute: false }) kept: NoteKept = NOTHING;
  @state() private text = '';
  @state() private saving = false;
  /** What saving came to, until something is typed. */
  @state() private came: 'nothing' | 'saved' | 'deleted' = 'nothing';
  @state() private trouble: Key | null = null;

  override willUpdate(changes: PropertyValues<this>): void {
    if (changes.has('kept') && !this.saving) this.text = draftOf(this.hour) ?? this.kept.note;
  }

  override render() {
    return html`
      <h3 id="note">${t('desk.note.title')}</h3>
      <p class="sub" id="about">${t('desk.note.about')}</p>
      <textarea
        rows="4"
        maxlength=${MOST}
        aria-labelledby="note"
        aria-describedby="about"
        autocomplete="off"
        data-testid="note"
        .value=${this.text}
        @input=${(event: InputEvent) => this.handleInput(event)}
      ></textarea>
      <p
        class="trouble ${this.trouble === null ? 'none' : ''}"
        role="alert"
        data-testid="note-trouble"
      >
        ${this.trouble === null ? nothing : t('desk.note.unsaved', { why: t(this.trouble) })}
      </p>
      <div class="row">
        <button
          class="plain"
          ?disabled=${this.saving}
          data-testid="note-save"
          @click=${() => void this.save()}
        >
          ${t(this.saving ? 'desk.sending' : 'desk.note.save')}
        </button>
        <span role="status" data-testid="note-status">${this.statusWords()}</span>
      </div>
    `;
  }

  private statusWords(): string {
    if (this.saving || this.trouble !== null) return '';
    if (this.text !== this.kept.note) return t('desk.note.dirty');
    if (this.came === 'deleted') return t('desk.note.deleted');
    const until = this.kept.note_until;
    if (until === null) return '';
    const words = untilWords(until);
    return this.came === 'saved' ? t('desk.note.saved', { until: words }) : words;
  }

  private handleInput(event: InputEvent): void {
    if (!(event.target instanceof HTMLTextAreaElement)) return;
    this.text = event.target.value;
    this.came = 'nothing';
    this.trouble = null;
    keepDraft(this.hour, this.text);
  }

  private async save(): Promise<void> {
    const sent = this.text;
    this.saving = true;
    const path = `appointments/${this.hour}/safety-note`;
    const answer = await this.ask<NoteKept>('PUT', path, { note: sent } satisfies Note);
    this.saving = false;
    if (answer.kind !== 'done') {
      // Behind a lock there is no other word for it.
      this.trouble = troubleOf(answer) ?? 'desk.failed';
      return;
    }
    this.trouble = null;
    this.kept = answer.said;
    this.say('note-kept', answer.said);
    this.came = answer.said.note === '' ? 'deleted' : 'saved';
    // Typed on meanwhile: that is not saved yet.
    if (this.text !== sent) return;
    dropDraft(this.hour);
    this.text = answer.said.note;
  }
}
