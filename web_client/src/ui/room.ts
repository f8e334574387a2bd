/** C5 and K3: the session itself. The same room for both people; the desk has a rail at its side. */

import { html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';

import type { CutPlan } from './cut-plan';
import './dock';
import { doorNote } from './door-note';
import { base, buttons, QuietElement } from './element';
import { faces, facesLayout } from './faces';
import { FocusKeeper } from './focus';
import { keyAction, keysOn, takesLetters } from './keys';
import { lineStrip } from './line-strip';
import './page-bar';
import './room-clock';
import { roomLayout } from './room-layout';
import { emptyTile } from './empty-tile';
import { line, wordsOf } from './room-lines';
import { sentenceCase } from './sentence-case';
import type { Mode } from './more-sheet';
import type { Answer } from './question-sheet';
import { planNote } from './plan-note';
import {
  factsOf,
  guide,
  keepsQuiet,
  part,
  questionOf,
  takeAnswer,
  takeMode,
  turn,
} from './room-acts';
import type { Way } from './parting-sheet';
import { roomNote } from './room-note';
import { RoomRecording } from './room-recording';
import { type Asking, roomSheet } from './room-sheet';
import { askAloud, fallSilent, sayAloud } from './room-voice';
import { RoomWords } from './room-words';
import './self-view';
import type { SelfView } from './self-view';
import { roomStatus } from './room-status';
import type { Status } from './status';
import './text-panel';
import type { TextPanel } from './text-panel';
import { tint, untint } from './tint';
import type { Tile } from './tile';
import './trust';
import { t } from '../i18n/language';
import type { Call } from '../media/call';
import type { Picture } from '../media/freeze-watch';
import type { Hint } from '../media/hints';
import type { Kind } from '../media/peer';
import { sizesOf } from '../media/viewing';
import { atDoor, isHere, present } from '../protocol/room';
import type { HoldSteady, Invite, ParticipantView, Role, SetCue } from '../protocol/wire';

const TICK_MS = 1_000;
const NOTICE_MS = 8_000;
const OF_RECORDING = /^qr-(recording|trust|sheet)/;

@customElement('qr-room')
export class RoomElement extends QuietElement {
  static override styles = [base, buttons, roomLayout, facesLayout];

  @property({ attribute: false }) call!: Call;
  @property() person: Role = 'client';
  /** The page resumed by itself; its microphone waits for a tap. */
  @property({ type: Boolean }) resumed = false;
  @property() link = '';
  @property({ attribute: false }) plan: CutPlan | null = null;
  /** The panel for a danger is open beside the room. */
  @property({ type: Boolean }) safety = false;
  @state() private asking: Asking = null;
  @state() private textOpen = false;
  @state() private picture: Picture = 'moving';
  @state() private speaker = '';
  @state() private read = 0;
  @state() private otherLeft = false;
  /** Whom a tap has made large. */
  @state() private chosen = '';
  private readonly words = new RoomWords();
  private readonly recording = new RoomRecording(this);
  private readonly kept = new FocusKeeper();
  private lastName = '';
  private entered = false;
  private noticeTimer: number | undefined;
  @query('qr-self-view') private readonly self!: SelfView;
  @query('qr-text-panel') private readonly panel!: TextPanel | null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.while(this.recording.follow());
    this.while(this.call.onChange(() => this.handleCall()));
    const timer = window.setInterval(() => this.handleTick(), TICK_MS);
    this.while(() => window.clearInterval(timer));
    this.while(() => window.clearTimeout(this.noticeTimer));
    this.while(untint);
    // Beside the picture where there is room; under it, and asked for, where there is not.
    const wide = matchMedia('(min-width: 1000px)').matches;
    this.textOpen =
      wide || (!this.call.own.isOn('audio') && !this.call.own.asking.audio && !this.resumed);
    const onKey = (event: KeyboardEvent): void => this.handleKey(event);
    window.addEventListener('keydown', onKey);
    this.while(() => window.removeEventListener('keydown', onKey));
    this.while(fallSilent);
    this.handleTick();
  }

  override render() {
    const { session } = this.call;
    const { room, texts } = session;
    const people = present(room);
    const status = this.status();
    const quiet = keepsQuiet(this.call);
    return html`
      <main
        class="${this.textOpen ? 'with-text' : ''} ${this.here.length > 0 ? 'together' : ''} ${this.person} ${this.recording.tone}"
        @toggle-text=${() => this.toggleText()}
        @close-text=${() => this.toggleText()}
        @open-text=${() => !this.textOpen && this.toggleText()}
        @turn=${(event: CustomEvent<{ kind: Kind; on: boolean }>) => turn(this.call, event.detail)}
        @first-frame=${() => this.call.handleFirstFrame()}
        @open-trust=${() => (this.asking = 'trust')}
        @close-sheet=${() => (this.asking = null)}
        @ask-leave=${() => (this.asking = 'leave')}
        @ask-end=${() => (this.asking = 'end')}
        @open-more=${() => (this.asking = 'more')}
        @open-recording=${() => (this.asking = 'recording')}
        @open-devices=${() => (this.asking = 'devices')}
        @open-help=${() => (this.asking = 'help')}
        @open-timeline=${() => (this.asking = 'timeline')}
        @answer=${(event: CustomEvent<Answer>) => takeAnswer(this.call, event.detail)}
        @choose-mode=${(event: CustomEvent<Mode>) => this.chooseMode(event.detail)}
        @invite=${(event: CustomEvent<Invite>) => this.invite(event.detail)}
        @guide=${(event: CustomEvent<SetCue | HoldSteady>) => guide(this.call, event.detail)}
        @part=${async (event: CustomEvent<Way>) => (this.asking = await part(this.call, event.detail))}
        @picture=${(event: CustomEvent<Picture>) => (this.picture = event.detail)}
        @choose-speaker=${(event: CustomEvent<string>) => (this.speaker = event.detail)}
        @take-hint=${(event: CustomEvent<Hint>) => this.takeHint(event.detail)}
        @dismiss-hint=${(event: CustomEvent<Hint>) => this.call.hints.drop(event.detail)}
        @dismiss-trouble=${() => this.call.own.dismissTrouble()}
        @write-text=${(event: CustomEvent<string>) => texts.write(event.detail)}
        @retry-text=${(event: CustomEvent<number>) => texts.retry(event.detail)}
      >
        <h1 class="unseen" tabindex="-1">${t('room.title')}</h1>
        <header class="bar">
          <qr-trust-chip
            .count=${people.length}
            .encrypted=${this.call.link.encrypted}
            .mark=${this.recording.mark}
          ></qr-trust-chip>
          ${this.recording.strip()}
          ${
            this.person === 'counsellor'
              ? html`
                  <qr-room-clock .startedAt=${room.startedAt}></qr-room-clock>
                `
              : nothing
          }
          <qr-page-bar ?exit=${this.person === 'client'}></qr-page-bar>
        </header>
        <section
          class="stage"
          aria-label=${t('room.conversation')}
          @click=${() => this.self.show()}
        >
          ${this.tile()}
          <qr-self-view
            .track=${this.call.own.track('video')}
            .high=${this.faceless || this.here.length > 1}
            ?excluded=${this.recording.excludes('video')}
            .stay=${this.person === 'client' ? 20_000 : 10_000}
          ></qr-self-view>
        </section>
        <footer>
          ${this.recording.foot()} ${this.strip()} ${this.line(status)} ${doorNote(this.call)}
          ${planNote(this.plan, this.call, this.person, this.otherName)}
          ${roomNote(this.call, this.link)}
          <qr-dock
            .microphone=${this.call.own.isOn('audio')}
            .camera=${this.call.own.isOn('video')}
            .asking=${{ ...this.call.own.asking }}
            .text=${this.textOpen}
            .unread=${quiet ? 0 : this.unread}
            .canEnd=${room.canEnd}
            .steady=${this.person === 'counsellor' ? room.steady : null}
          ></qr-dock>
        </footer>
        ${
          this.textOpen
            ? html`
                <qr-text-panel
                  .texts=${texts.texts}
                  .waiting=${texts.waiting}
                  .people=${room.roster}
                  .you=${room.you}
                  .quiet=${quiet}
                  ?feels=${this.person === 'client'}
                ></qr-text-panel>
              `
            : nothing
        }
        ${roomSheet({
          asking: this.asking,
          call: this.call,
          people,
          person: this.person,
          question: questionOf(this.call),
          recording: this.recording.recording,
          view: this.recording.view,
          name: sentenceCase(this.asker),
          other: this.here.find(({ id }) => id === this.other?.id) ?? null,
          speaker: this.speaker,
        })}
      </main>
    `;
  }

  /** The others who are in the room. */
  private get here(): readonly ParticipantView[] {
    return this.call.others.filter(isHere);
  }

  /** The other person; of several, the one shown large. */
  private get other(): ParticipantView | null {
    const { here } = this;
    return here.find(({ id }) => id === this.chosen) ?? here[0] ?? this.call.others[0] ?? null;
  }

  /** There are words where a face would be: one's own picture keeps clear of them. */
  private get faceless(): boolean {
    return this.other?.camera !== true || this.picture === 'gone';
  }

  private get otherName(): string {
    const role = this.person === 'client' ? 'room.other.counsellor' : 'room.other.client';
    const [waits] = atDoor(this.call.session.room);
    return this.other?.name ?? waits?.name ?? (this.lastName || t(role));
  }

  private get unread(): number {
    return this.textOpen ? 0 : Math.max(0, this.call.session.texts.texts.length - this.read);
  }

  private get asker(): string {
    const by = this.call.invitations.open?.by;
    return this.here.find(({ id }) => id === by)?.name ?? this.otherName;
  }

  private get leftQuickly(): boolean {
    return this.otherLeft && this.call.session.room.departed === 'left_quickly';
  }

  private get otherOffline(): boolean {
    return this.other?.presence === 'offline';
  }

  private tile() {
    const other = this.other;
    if (other === null || !isHere(other)) {
      return emptyTile(this.call, {
        name: this.otherName,
        left: this.otherLeft,
        quickly: this.leftQuickly,
        offline: this.otherOffline,
      });
    }
    return faces({
      call: this.call,
      people: this.here,
      large: other.id,
      speaker: this.speaker,
      choose: (participant) => (this.chosen = participant),
    });
  }

  private status(): Status | null {
    const other = this.other;
    return roomStatus(this.call, {
      other: other !== null && isHere(other) ? other : null,
      otherOffline: this.otherOffline,
      otherLeft: this.otherLeft,
      leftQuickly: this.leftQuickly,
      picture: this.picture,
      words: this.words,
      resumed: this.resumed,
    });
  }

  private strip() {
    const other = this.here.length === 0 ? '' : (this.other?.id ?? '');
    return lineStrip(this.call, this.person, other, sentenceCase(this.otherName));
  }

  private line(status: Status | null) {
    const words = wordsOf(status, this.otherName);
    const notice = this.notice();
    return html`
      ${line('status-line', words, status?.tone ?? 'none', status?.key)}
      ${line('notice', notice, notice === '' ? 'none' : 'notice')}
    `;
  }

  private notice(): string {
    const { notice } = this.call.own;
    if (notice !== null) return t(`notice.${notice}`);
    const { asked } = this.call.invitations;
    return asked === null ? '' : t(`invite.${asked}`, { name: sentenceCase(this.otherName) });
  }

  private takeHint(hint: Hint): void {
    if (hint === 'interrupted') {
      void this.call.watch.comeBack();
      for (const tile of this.renderRoot.querySelectorAll<Tile>('qr-tile')) tile.reattach();
    } else if (hint === 'muted_talking') turn(this.call, { kind: 'audio', on: true });
    else {
      if (hint === 'silent') this.asking = 'devices';
      this.call.hints.drop(hint);
    }
  }

  private handleKey(event: KeyboardEvent): void {
    const writing = takesLetters(event.composedPath()[0] as Element | undefined);
    const action = keysOn() ? keyAction(event, writing) : null;
    if (action === null) return;
    event.preventDefault();
    if (action === 'text') this.toggleText();
    else if (action === 'help') this.asking = this.asking === 'help' ? null : 'help';
    else {
      const kind = action === 'microphone' ? 'audio' : 'video';
      turn(this.call, { kind, on: !this.call.own.isOn(kind) });
    }
  }

  override willUpdate(): void {
    this.kept.mark();
  }

  override updated(): void {
    this.kept.restore(OF_RECORDING, () => this.renderRoot.querySelector('qr-trust-chip'));
    const status = this.status();
    this.recording.setSafety(this.safety);
    sayAloud(this.call, status, wordsOf(status, this.otherName), this.notice());
    askAloud(questionOf(this.call), sentenceCase(this.asker));
    this.call.viewing.show(sizesOf(this.here, this.other?.id ?? null));
  }

  private chooseMode(mode: Mode): void {
    this.asking = null;
    takeMode(this.call, mode);
    if (mode === 'text' && !this.textOpen) this.toggleText();
  }

  private invite({ participant, kind }: Pick<Invite, 'participant' | 'kind'>): void {
    this.asking = null;
    this.call.invite(participant, kind);
  }

  private toggleText(): void {
    this.textOpen = !this.textOpen;
    this.read = this.call.session.texts.texts.length;
    if (this.textOpen) void this.updateComplete.then(() => this.panel?.focus());
  }

  private handleCall(): void {
    const other = this.other;
    if (other !== null) {
      this.lastName = other.name;
      this.otherLeft = false;
    } else if (this.lastName !== '') {
      this.otherLeft = true;
    }
    // What was written before one came in is not news.
    const fresh = !this.entered && this.call.session.state === 'open';
    if (this.textOpen || fresh) this.read = this.call.session.texts.texts.length;
    this.entered ||= fresh;
    if (this.notice() !== '') {
      window.clearTimeout(this.noticeTimer);
      this.noticeTimer = window.setTimeout(() => this.dismissNotices(), NOTICE_MS);
    }
    this.words.handle(factsOf(this.call, this.person, this.other?.id), performance.now());
    this.requestUpdate();
  }

  private dismissNotices(): void {
    if (this.call.own.notice !== null) this.call.own.dismissNotice();
    if (this.call.invitations.asked !== null) this.call.invitations.forget();
  }

  private handleTick(): void {
    tint(this.call.session.room.startedAt);
    this.requestUpdate();
  }
}
