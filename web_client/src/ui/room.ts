/** C5 and K3: the session itself. The same room for both people; the desk has a rail at its side. */

import { html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';

import { isEvening, warmth } from './daylight';
import './device-note';
import './dock';
import { base, buttons, QuietElement } from './element';
import './page-bar';
import { roomLayout } from './room-layout';
import './self-view';
import type { SelfView } from './self-view';
import './sheet';
import { type Status, statusOf } from './status';
import './text-panel';
import type { TextPanel } from './text-panel';
import './tile';
import './trust';
import { t, timeOfDay } from '../i18n/language';
import type { Call } from '../media/call';
import type { Kind } from '../media/peer';
import { present } from '../protocol/room';
import type { ParticipantView, Role } from '../protocol/wire';

type Asking = 'leave' | 'end' | 'trust' | null;

const TICK_MS = 1_000;
const NOTICE_MS = 8_000;

@customElement('qr-room')
export class RoomElement extends QuietElement {
  static override styles = [base, buttons, roomLayout];

  @property({ attribute: false }) call!: Call;
  @property() person: Role = 'client';
  /** The page resumed by itself; its microphone waits for a tap. */
  @property({ type: Boolean }) resumed = false;
  /** Inside another site's page: the text is put away at first, room is scarce. */
  @property() link = '';
  @state() private asking: Asking = null;
  @state() private textOpen = false;
  @state() private read = 0;
  @state() private otherLeft = false;
  private lastName = '';
  private entered = false;
  private noticeTimer: number | undefined;
  @query('qr-self-view') private readonly self!: SelfView;
  @query('qr-text-panel') private readonly panel!: TextPanel | null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.while(this.call.onChange(() => this.handleCall()));
    const timer = window.setInterval(() => this.handleTick(), TICK_MS);
    this.while(() => window.clearInterval(timer));
    this.while(() => window.clearTimeout(this.noticeTimer));
    this.while(() => delete document.documentElement.dataset.theme);
    // Beside the picture where there is room; under it, and asked for, where there is not.
    const wide = matchMedia('(min-width: 1000px)').matches;
    this.textOpen = wide || (!this.call.isOn('audio') && !this.call.asking.audio && !this.resumed);
    this.handleTick();
  }

  override render() {
    const { session } = this.call;
    const { room, texts } = session;
    const people = present(room);
    const status = this.status();
    return html`
      <main
        class="${this.textOpen ? 'with-text' : ''} ${this.person}"
        @toggle-text=${() => this.toggleText()}
        @close-text=${() => this.toggleText()}
        @open-text=${() => !this.textOpen && this.toggleText()}
        @turn=${(event: CustomEvent<{ kind: Kind; on: boolean }>) => this.turn(event.detail)}
        @first-frame=${() => this.call.handleFirstFrame()}
        @open-trust=${() => (this.asking = 'trust')}
        @close-sheet=${() => (this.asking = null)}
        @ask-leave=${() => (this.asking = 'leave')}
        @ask-end=${() => (this.asking = 'end')}
        @dismiss-trouble=${() => this.call.dismissTrouble()}
        @write-text=${(event: CustomEvent<string>) => texts.write(event.detail)}
        @retry-text=${(event: CustomEvent<number>) => texts.retry(event.detail)}
      >
        <h1 class="unseen" tabindex="-1">${t('room.title')}</h1>
        <header class="bar">
          <qr-trust-chip
            .count=${people.length}
            .encrypted=${this.call.link.encrypted}
          ></qr-trust-chip>
          ${this.person === 'counsellor' ? this.clock() : nothing}
          <qr-page-bar ?exit=${this.person === 'client'}></qr-page-bar>
        </header>
        <section
          class="stage"
          aria-label=${t('room.conversation')}
          @click=${() => this.self.show()}
        >
          ${this.tile()}
          <qr-self-view
            .track=${this.call.ownTrack('video')}
            .stay=${this.person === 'client' ? 20_000 : 10_000}
          ></qr-self-view>
        </section>
        <footer>
          ${this.line(status)} ${this.note()}
          <qr-dock
            .microphone=${this.call.isOn('audio')}
            .camera=${this.call.isOn('video')}
            .asking=${{ ...this.call.asking }}
            .text=${this.textOpen}
            .unread=${this.textOpen ? 0 : Math.max(0, texts.texts.length - this.read)}
            .canEnd=${room.canEnd}
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
                ></qr-text-panel>
              `
            : nothing
        }
        ${this.sheet(people)}
      </main>
    `;
  }

  private get other(): ParticipantView | null {
    const all = this.call.others;
    return all.find((person) => person.presence !== 'expected') ?? all[0] ?? null;
  }

  private get otherName(): string {
    const role = this.person === 'client' ? 'room.other.counsellor' : 'room.other.client';
    return this.other?.name ?? (this.lastName || t(role));
  }

  private tile() {
    const other = this.other;
    if (other === null || other.presence === 'expected') return this.emptyTile();
    return html`
      <qr-tile
        .name=${other.name}
        .present=${true}
        .camera=${other.camera}
        .dim=${this.call.link.state !== 'connected' || other.link === 'disconnected'}
        .audioTrack=${this.call.received(other.id, 'audio')}
        .videoTrack=${this.call.received(other.id, 'video')}
        .headline=${other.name}
        .detail=${''}
      ></qr-tile>
    `;
  }

  private emptyTile() {
    const name = this.otherName;
    const headline = this.otherLeft ? 'status.peer.left' : 'room.waiting';
    return html`
      <qr-tile
        .name=${name}
        .headline=${t(headline, { name: sentenceCase(name) })}
        .detail=${t(this.otherLeft ? 'room.left.sub' : 'room.waiting.sub')}
      ></qr-tile>
    `;
  }

  private status(): Status | null {
    const { session, link } = this.call;
    const other = this.other;
    const now = performance.now();
    return statusOf({
      session: session.state,
      lineGoneMs: session.droppedAt === null ? null : Date.now() - session.droppedAt,
      linkUp: link.state === 'connected',
      linkWasUp: this.call.wasConnected,
      linkGoneMs: this.call.linkLostAt === null ? null : now - this.call.linkLostAt,
      other: other === null || other.presence === 'expected' ? null : other,
      otherLeft: this.otherLeft,
      cameBackMuted: this.resumed && !this.call.isOn('audio'),
    });
  }

  private line(status: Status | null) {
    const words = status === null ? '' : t(status.key, { name: sentenceCase(this.otherName) });
    return html`
      ${liveLine('status-line', words, status?.tone ?? 'none', status)}
      ${
        this.call.notice === null
          ? liveLine('notice', '', 'none')
          : liveLine('notice', t(`notice.${this.call.notice}`), 'notice')
      }
    `;
  }

  private note() {
    const trouble = this.call.trouble;
    if (trouble === null) return nothing;
    return html`
      <qr-device-note
        .trouble=${trouble.trouble}
        .kind=${trouble.kind}
        .link=${this.link}
      ></qr-device-note>
    `;
  }

  private clock() {
    const started = this.call.session.room.startedAt;
    const minutes = started === null ? 0 : Math.max(0, Math.floor((Date.now() - started) / 60_000));
    return html`
      <p class="clock">
        <span class="time">${timeOfDay(Date.now())}</span>
        <span class="passed">${t('room.minutes', { count: minutes })}</span>
      </p>
    `;
  }

  private sheet(people: readonly ParticipantView[]) {
    switch (this.asking) {
      case 'trust':
        return html`
          <qr-trust-sheet
            .people=${people}
            .you=${this.call.session.room.you}
            .encrypted=${this.call.link.encrypted}
            .cipher=${this.call.link.cipher}
          ></qr-trust-sheet>
        `;
      case 'leave':
        return html`
          <qr-sheet place="dock" heading=${t('leave.title')} .closable=${false}>
            <p>${t('leave.body')}</p>
            <div class="choices">
              <button class="plain" data-testid="leave-cancel" @click=${() => (this.asking = null)}>
                ${t('leave.no')}
              </button>
              <button
                class="plain ending"
                data-testid="leave-confirm"
                @click=${() => this.call.leave()}
              >
                ${t('leave.yes')}
              </button>
            </div>
          </qr-sheet>
        `;
      case 'end':
        return html`
          <qr-sheet place="dock" heading=${t('end.title')} .closable=${false}>
            <p>${t('end.body')}</p>
            <div class="choices">
              <button class="plain" data-testid="end-cancel" @click=${() => (this.asking = null)}>
                ${t('leave.no')}
              </button>
              <button
                class="plain ending"
                data-testid="end-confirm"
                @click=${() => this.call.end()}
              >
                ${t('end.yes')}
              </button>
            </div>
          </qr-sheet>
        `;
      case null:
        return nothing;
    }
  }

  private turn({ kind, on }: { kind: Kind; on: boolean }): void {
    void this.call.turn(kind, on);
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
    if (this.call.notice !== null) {
      window.clearTimeout(this.noticeTimer);
      this.noticeTimer = window.setTimeout(() => this.call.dismissNotice(), NOTICE_MS);
    }
    this.requestUpdate();
  }

  private handleTick(): void {
    const root = document.documentElement;
    const dark = matchMedia('(prefers-color-scheme: dark)').matches;
    if (isEvening(new Date().getHours(), dark)) root.dataset.theme = 'evening';
    else delete root.dataset.theme;
    const started = this.call.session.room.startedAt;
    const minutes = started === null ? 0 : (Date.now() - started) / 60_000;
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    root.style.setProperty('--warmth', `${(warmth(minutes, { still }) * 100).toFixed(1)}%`);
    this.requestUpdate();
  }
}

/** A live region stays in place and only its words change, or nobody would hear them. */
function liveLine(
  id: 'status-line' | 'notice',
  words: string,
  tone: Status['tone'] | 'none',
  status: Status | null = null,
) {
  return html`
    <p
      class="line ${tone}"
      data-testid=${id}
      data-key=${status?.key ?? ''}
      role="status"
      aria-live=${status?.urgent === true ? 'assertive' : 'polite'}
      .textContent=${words}
    ></p>
  `;
}

/** "your client" begins a sentence with a capital; 老师 has none. */
function sentenceCase(name: string): string {
  return name.charAt(0).toLocaleUpperCase() + name.slice(1);
}
