/** Recording in the room: what of it stands where, and what of it is said aloud. */

import { html, nothing } from 'lit';
import { keyed } from 'lit/directives/keyed.js';

import { announce } from './announcer';
import './recording-note';
import './recording-sheet';
import './recording-strip';
import { send } from './recording-acts';
import type { Call } from '../media/call';
import type { Event, Medium, Recording, Role } from '../protocol/wire';
import { RecordingNews } from '../recording/news';
import { softTone } from '../recording/tone';
import { isRunning, type Mark, type RecordingView, viewOf } from '../recording/view';
import { badgeWords, sheetWords } from '../recording/words';

/** Louder than this somebody is speaking, in dBFS: then there is no tone. */
const SPEECH_DB = -45;

export class RoomRecording {
  private readonly news = new RecordingNews();
  private safety = false;
  /** What the gateway was last told of it; null where it may have heard otherwise. */
  private told: boolean | null = false;
  private everTold = false;

  constructor(
    private readonly host: { readonly call: Call; readonly person: Role; requestUpdate(): void },
  ) {}

  /** Listen for as long as the room is in the page; returns how to stop. */
  follow(): () => void {
    const { session } = this.host.call;
    if (session.room.recording !== null) this.handle(session.room.recording);
    const stop = session.onEvent((event) => this.handleEvent(event));
    return () => {
      stop();
      announce('recording', '');
    };
  }

  /** The counsellor opens the safety panel, or closes it. */
  setSafety(open: boolean): void {
    this.safety = open;
    this.tellSafety();
  }

  get recording(): Recording | null {
    return this.host.call.session.room.recording;
  }

  /** What is shown of it now; null where there is nothing to show. */
  get view(): RecordingView | null {
    const { recording } = this;
    return recording === null || recording.stage === 'off' ? null : this.viewOf(recording);
  }

  /** Whether it is recorded now, or held; what is about to begin is neither. */
  get mark(): Mark {
    const view = this.view;
    return view === null || view.stage === 'arming' ? 'none' : view.mark;
  }

  /** Whether it is recorded, or held, and this of oneself is on and no part of it. */
  excludes(medium: Medium): boolean {
    return this.view?.excluded.includes(medium) === true;
  }

  /** How the room's tiles are bordered, and its sheets kept clear of the strip. */
  get tone(): string {
    const { mark, recording, view } = this;
    const asked = recording?.you_answer === true ? 'asked' : '';
    const shown = recording === null || view === null || this.isOnlyAsked(recording) ? '' : 'shown';
    const recorded = mark === 'none' ? '' : `recorded ${mark}`;
    return [recorded, shown, asked].filter((each) => each !== '').join(' ');
  }

  strip() {
    const { recording, view } = this;
    if (recording === null || view === null || this.isOnlyAsked(recording)) return nothing;
    return html`
      <qr-recording-strip
        .call=${this.host.call}
        .recording=${recording}
        .view=${view}
      ></qr-recording-strip>
    `;
  }

  /** Above the controls: the question, or how it ended. */
  foot() {
    const { recording } = this;
    const note = this.news.note(Date.now());
    if (recording?.you_answer === true && recording.terms !== null) {
      return html`
        <qr-recording-sheet
          .call=${this.host.call}
          .terms=${recording.terms}
          .request=${recording.request}
          ?joins=${isRunning(recording)}
        ></qr-recording-sheet>
      `;
    }
    if (note === null) return nothing;
    return keyed(
      this.news.noteKey,
      html`
        <qr-recording-note
          .note=${note}
          @dismiss-recording=${() => this.dismiss()}
        ></qr-recording-note>
      `,
    );
  }

  /** It was asked, and this person has not answered: the sheet says all there is to say. */
  private isOnlyAsked({ stage, you_answer: answer }: Recording): boolean {
    return stage === 'requested' && answer;
  }

  private dismiss(): void {
    this.news.dismiss();
    this.host.requestUpdate();
  }

  private handleEvent(event: Event): void {
    // A gateway that began anew knows nothing of it; one that did not may not have heard that it was closed.
    if (event.type === 'welcome' && this.everTold) this.told = null;
    if (event.type !== 'recording') return;
    this.handle(event);
    this.tellSafety();
  }

  private handle(event: Recording): void {
    const { roster, you } = this.host.call.session.room;
    const nameOf = (id: string): string => roster.find((each) => each.id === id)?.name ?? '';
    const words = badgeWords(this.viewOf(event), event, nameOf, you);
    if (this.news.handle(event, words)) this.ring();
    const { said } = this.news;
    const asked = event.you_answer && event.terms !== null ? question(event) : '';
    announce('recording', asked === '' ? said.words : asked, asked === '' && said.urgent);
  }

  private viewOf(recording: Recording): RecordingView {
    const { session } = this.host.call;
    return viewOf(recording, {
      now: Date.now(),
      goneAt: session.droppedAt,
      you: session.room.you,
      person: this.host.person,
    });
  }

  private ring(): void {
    const level = this.host.call.watch.level();
    if (level === null || level < SPEECH_DB) void softTone();
  }

  /** Where nothing can be recorded, nobody needs to know. */
  private tellSafety(): void {
    const { safety, recording } = this;
    if (safety === this.told || recording === null || recording.why_not === 'off') return;
    this.told = safety;
    this.everTold = true;
    void send(this.host.call, { type: 'show_safety', open: safety }).then((trouble) => {
      if (trouble !== null && this.told === safety) this.told = null;
    });
  }
}

function question({ terms, stage }: Recording): string {
  if (terms === null) return '';
  const { title, body } = sheetWords(terms, [], stage !== 'requested', Date.now());
  return `${title} ${body[0] ?? ''}`;
}
