/** The page of a client or a counsellor: which of its few views is shown, and what leads from one to the next. */

import { css, html, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import './after';
import { announce } from './announcer';
import type { Parting } from './after';
import './arrive';
import type { CutPlan } from './cut-plan';
import { base, QuietElement } from './element';
import './how';
import type { Arrival } from './how';
import { EscapeCounter, leaveQuickly, signOut } from './leaving';
import { forgetToken, tokenIn } from './link';
import { nameThePage } from './name-page';
import './page-bar';
import { PAGE_TIMERS } from './page-timers';
import './refusal';
import { type RefusalKind, refusalKind } from './refusal-kind';
import './room';
import './waiting';
import { Host } from './host';
import { isSheetOpen } from './sheet';
import { onLanguage, setLanguage, t } from '../i18n/language';
import { Call } from '../media/call';
import type { TimelineView } from '../media/timeline';
import { SocketLine } from '../protocol/line';
import type { Answer } from '../protocol/rest';
import { exchangeToken, memorySeatStore, type SeatStore, seatStore } from '../protocol/seats';
import { type Ending, Session } from '../protocol/session';
import { type UnsentStore, unsentStore } from '../protocol/unsent';
import type { CloseReason, ConsentStage, Role, Seat } from '../protocol/wire';

type View =
  | { readonly kind: 'arrive' }
  | { readonly kind: 'how'; readonly seat: Seat; readonly tokenMs: number }
  | { readonly kind: 'room'; readonly call: Call; readonly resumed: boolean }
  | { readonly kind: 'refused'; readonly why: RefusalKind }
  | { readonly kind: 'after'; readonly parting: Parting; readonly timeline?: TimelineView };

/** What is shown when the session is over, by why it is. */
const AFTER: Readonly<Record<CloseReason, Extract<View, { kind: 'refused' | 'after' }>>> = {
  left: { kind: 'after', parting: 'left' },
  left_quickly: { kind: 'after', parting: 'left' },
  session_ended: { kind: 'after', parting: 'ended' },
  taken_over: { kind: 'refused', why: 'elsewhere' },
  revoked: { kind: 'refused', why: 'revoked' },
  expired: { kind: 'refused', why: 'expired' },
  timed_out: { kind: 'after', parting: 'failed' },
  server_stopping: { kind: 'after', parting: 'failed' },
  fault: { kind: 'after', parting: 'failed' },
};

@customElement('qr-app')
export class App extends QuietElement {
  static override styles = [
    base,
    css`
      .bar {
        padding: 12px 16px;
      }
    `,
  ];

  @property() person: Role = 'client';
  /** Where a seat comes from, where not from a link's token: a booked hour. */
  @property({ attribute: false }) seatOf: (() => Promise<Answer<Seat>>) | null = null;
  /** The booked hour this is, where its client is told afterwards what was recorded of it; else empty. */
  @property() hour = '';
  /** What both agreed to do when the line is cut. */
  @property({ attribute: false }) plan: CutPlan | null = null;
  /** The panel for a danger is open beside the room. */
  @property({ type: Boolean }) safety = false;
  @state() private view: View = { kind: 'arrive' };
  @state() private opening = false;
  @state() private token: string | null = null;
  private seats: SeatStore = memorySeatStore();
  private unsent: UnsentStore | null = null;
  private readonly escapes = new EscapeCounter();
  private readonly embedded = new URLSearchParams(location.search).has('embed');
  private host: Host | null = null;
  /** What the host was told of this call. */
  private told: 'waiting' | 'joined' | null = null;
  private toldRecording: 'on' | 'paused' | 'off' = 'off';
  private atDoor = false;

  override connectedCallback(): void {
    super.connectedCallback();
    document.documentElement.dataset.role = this.person;
    const storage = tabStorage();
    if (storage !== null) {
      this.seats = seatStore(storage, `seat.${this.person}`);
      this.unsent = unsentStore(storage, `unsent.${this.person}`);
    }
    this.while(onLanguage(nameThePage));
    nameThePage();
    const onKey = (event: KeyboardEvent): void => this.handleKey(event);
    window.addEventListener('keydown', onKey, { capture: true });
    this.while(() => window.removeEventListener('keydown', onKey, { capture: true }));
    if (this.embedded) this.listenToHost();
    this.begin();
  }

  override render() {
    return html`
      ${this.view.kind === 'room' ? this.room(this.view) : this.quietPage()}
      <qr-announcer></qr-announcer>
    `;
  }

  private room({ call, resumed }: Extract<View, { kind: 'room' }>) {
    if (call.waits)
      return html`
        <qr-waiting .call=${call} @quick-exit=${() => this.leaveQuickly()}></qr-waiting>
      `;
    return html`
      <qr-room
        .call=${call}
        .person=${this.person}
        .resumed=${resumed}
        .link=${this.link}
        .plan=${this.plan}
        ?safety=${this.safety}
        @quick-exit=${() => this.leaveQuickly()}
        @new-window=${() => this.openWindow()}
      ></qr-room>
    `;
  }

  private quietPage() {
    return html`
      <header class="bar">
        <qr-page-bar
          class="page-bar"
          ?exit=${this.person === 'client'}
          @quick-exit=${() => this.leaveQuickly()}
        ></qr-page-bar>
      </header>
      ${this.page()}
    `;
  }

  /** A new view is read from its heading, not from wherever the last button was. */
  override updated(changes: PropertyValues): void {
    const before = changes.get('view') as View | undefined;
    const inside = this.view.kind === 'room' && !this.view.call.waits;
    const cameIn = inside && this.atDoor;
    this.atDoor = this.view.kind === 'room' && !inside;
    if ((before === undefined || before.kind === this.view.kind) && !cameIn) return;
    const page = this.renderRoot.querySelector(
      'qr-how, qr-room, qr-waiting, qr-after, qr-refusal, qr-arrive',
    );
    if (!(page instanceof QuietElement)) return;
    void page.updateComplete.then(() => page.renderRoot.querySelector('h1')?.focus());
  }

  private page() {
    const view = this.view;
    switch (view.kind) {
      case 'how':
        return html`
          <qr-how
            .person=${this.person}
            .name=${view.seat.name}
            @arrive=${(event: CustomEvent<Arrival>) => this.enter(view.seat, event.detail, view.tokenMs)}
          ></qr-how>
        `;
      case 'refused':
        return html`
          <qr-refusal
            .kind=${view.why}
            .retry=${this.mayTry}
            @try-again=${() => void this.comeIn()}
          ></qr-refusal>
        `;
      case 'after':
        return html`
          <qr-after
            .person=${this.person}
            .parting=${view.parting}
            .hour=${this.hour}
            .retry=${this.mayTry}
            .timeline=${view.timeline ?? null}
            @try-again=${() => void this.comeIn()}
          ></qr-after>
        `;
      case 'arrive':
      case 'room':
        return html`
          <qr-arrive
            .person=${this.person}
            .opening=${this.opening}
            .waiting=${this.embedded && this.token === null}
            @come-in=${() => void this.comeIn()}
          ></qr-arrive>
        `;
    }
  }

  /** Whether there is something to come in with. */
  private get mayTry(): boolean {
    return this.token !== null || this.seatOf !== null;
  }

  private get link(): string {
    return this.token === null ? '' : `${location.origin}${location.pathname}#${this.token}`;
  }

  private begin(): void {
    this.token = this.seatOf === null ? tokenIn(location.hash) : null;
    if (this.token !== null) return;
    const seat = this.seats.load();
    // A reload: the same seat goes on. Devices wait for their owner's tap.
    if (seat?.role === this.person) this.enter(seat, { microphone: false, camera: false }, null);
    else if (this.seatOf !== null) void this.comeIn();
    else if (!this.embedded) this.view = { kind: 'refused', why: this.whyNoToken() };
  }

  private whyNoToken(): RefusalKind {
    return location.hash.length > 1 ? 'invalid' : 'absent';
  }

  private async comeIn(): Promise<void> {
    if (!this.mayTry || this.opening) return;
    this.opening = true;
    const asked = performance.now();
    const given = await (this.seatOf?.() ?? exchangeToken(this.token ?? ''));
    this.opening = false;
    if (given.kind === 'unreachable') this.view = { kind: 'refused', why: 'unreachable' };
    else if (given.kind === 'refused') this.refuse(refusalKind(given.code));
    else if (given.said.role !== this.person) this.refuse('invalid');
    else {
      forgetToken();
      const tokenMs = performance.now() - asked;
      this.view = { kind: 'how', seat: given.said, tokenMs };
    }
  }

  private enter(seat: Seat, arrival: Arrival, tokenMs: number | null): void {
    const tap = performance.now();
    performance.mark('quietroom:tap');
    this.told = null;
    announce('end', '');
    delete document.documentElement.dataset.firstFrameMs;
    this.seats.save(seat);
    const session = new Session({
      line: new SocketLine(),
      seats: this.seats,
      seat,
      timers: PAGE_TIMERS,
      random: Math.random,
      ...(this.unsent === null ? {} : { unsent: this.unsent }),
    });
    const call = new Call({ session, ...arrival, tap, tokenMs });
    session.onChange(() => this.handleSession(call));
    session.onEvent((event) => {
      if (event.type === 'recording') this.tellHostOf(event.stage);
    });
    this.view = { kind: 'room', call, resumed: tokenMs === null };
    call.start();
  }

  private handleSession(call: Call): void {
    const { state: now, ending } = call.session;
    if (now === 'open') this.tellHost(call.waits ? 'waiting' : 'joined');
    if (ending === null || this.view.kind !== 'room' || this.view.call !== call) return;
    this.conclude(ending, call);
  }

  /** How far the person is: at the door, or in the room. */
  private tellHost(what: 'waiting' | 'joined'): void {
    if (this.told === what) return;
    this.told = what;
    this.host?.tell(what);
    this.requestUpdate();
  }

  /** Whether it is recorded; that somebody was asked is nobody's but theirs. */
  private tellHostOf(stage: ConsentStage): void {
    const state = stage === 'recording' ? 'on' : stage === 'hold' ? 'paused' : 'off';
    if (state === this.toldRecording) return;
    this.toldRecording = state;
    this.host?.tell('recording', { state });
  }

  private conclude(ending: Ending, call: Call): void {
    this.host?.tell('left', { reason: ending.kind === 'closed' ? ending.reason : ending.code });
    if (ending.kind === 'refused') {
      const why = refusalKind(ending.code);
      // A seat that worked and then did not is a break, not a wrong link.
      if (why === 'expired') this.showAfter('failed', call);
      else this.refuse(why);
      return;
    }
    if (ending.reason === 'session_ended') {
      this.host?.tell('ended');
      announce('end', t('after.counsellor.ended'), true);
    }
    const next = AFTER[ending.reason];
    if (next.kind === 'refused') this.refuse(next.why);
    else this.showAfter(next.parting, call);
  }

  /** The counsellor sees where the time went; a client has seen enough of it. */
  private showAfter(parting: Parting, { timeline }: Call): void {
    const now = performance.now();
    timeline.close(now);
    const gaps = this.person === 'counsellor' ? { timeline: timeline.read(now) } : {};
    this.view = { kind: 'after', parting, ...gaps };
    this.say('parted', parting);
  }

  private refuse(why: RefusalKind): void {
    this.host?.tell('error', { code: why });
    this.view = { kind: 'refused', why };
  }

  private leaveQuickly(): void {
    const view = this.view;
    if (this.seatOf !== null) signOut();
    void leaveQuickly(() => {
      this.seats.clear();
      this.unsent?.clear();
      return view.kind === 'room' ? view.call.leaveQuickly() : Promise.resolve();
    });
  }

  private handleKey(event: KeyboardEvent): void {
    // An open sheet takes Escape for itself: closing it is not one of the three presses.
    if (isSheetOpen()) return;
    if (event.key !== 'Escape' || this.person !== 'client' || event.isComposing) return;
    if (this.escapes.handlePress(performance.now())) this.leaveQuickly();
  }

  private listenToHost(): void {
    this.host = new Host({
      token: (token) => {
        if (this.view.kind === 'room') return;
        this.token = token;
        if (this.view.kind === 'refused') this.view = { kind: 'arrive' };
      },
      language: setLanguage,
      leave: () => {
        if (this.view.kind === 'room') this.view.call.leave();
      },
    });
    this.host.start();
    this.while(() => this.host?.stop());
  }

  private openWindow(): void {
    if (this.host !== null) this.host.tell('error', { code: 'policy_blocked' });
    else if (this.link !== '') window.open(this.link, '_blank', 'noopener');
  }
}

/** What the tab keeps over a reload; null in a browser that keeps nothing for this page. */
function tabStorage(): Storage | null {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}
