/** The counsellor's desk: signing in, today, one hour, and change over time. */

import { html, nothing, type PropertyValues } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';

import { DeskElement, deskLayout } from './desk-element';
import { deskHeader } from './desk-header';
import { deskShell, readFromHeading } from './desk-shell';
import './hour-after';
import './hour-card';
import './hour-room';
import type { HourEnded } from './hour-room';
import { kept, shared } from './kept';
import { dropDrafts } from './note-drafts';
import { QuietKeeper } from './quiet-keeper';
import { isPast, pastPage } from './past';
import './safety';
import type { SafetyPanel } from './safety';
import { standing } from './standing';
import './today';
import {
  type Gate,
  gateOf,
  holds,
  isAway,
  keyOf,
  TODAY,
  troubleOf,
  type View,
  viewOf,
} from './views';
import { base, buttons } from '../ui/element';
import { deepActive } from '../ui/focus';
import { forgetToken } from '../ui/link';
import { nameThePage } from '../ui/name-page';
import { PAGE_TIMERS } from '../ui/page-timers';
import { type Key, onLanguage } from '../i18n/language';
import type { TimelineView } from '../media/timeline';
import type { Appointment, Clinic, ClinicShown, Me, TodayBody } from '../protocol/bodies';
import { recordingsPage } from '../recordings/recordings-page';
import { MessagesController } from '../thread/messages-controller';
import { messagesPage } from '../thread/messages-view';

const TICK_MS = 10_000;
const TOUCHES = ['pointerdown', 'pointermove', 'keydown', 'wheel'] as const;

/** Of which hour the panel for a danger is open, and what was known of the client's day before. */
interface InDanger {
  readonly hour: string;
  readonly known: TodayBody | null;
}

@customElement('qr-desk')
export class Desk extends DeskElement {
  static override styles = [base, buttons, deskLayout, deskShell];

  @state() private gate: Gate = 'opening';
  @state() private view: View = kept.hour === null ? viewOf(history.state) : roomOf(kept.hour);
  @state() private me: Me | null = null;
  @state() private danger: InDanger | null = null;
  @state() private trouble: Key | null = null;
  @query('qr-safety') private readonly panel!: SafetyPanel | null;
  private readonly names = new Map<string, string>();
  private timeline: TimelineView | null = null;
  private known: InDanger | null = null;
  /** In a room: no gate closes on a call. */
  private inside = false;
  private gateAfter: Gate | null = null;
  private touchedAt = Date.now();
  private returnTo: HTMLElement | null = null;
  private readonly quiet = new QuietKeeper({
    keeps: shared,
    timers: PAGE_TIMERS,
    changed: () => this.messages.handleHeld(),
  });
  private readonly messages = new MessagesController(this, this.quiet.whyHeld);
  private readonly clients = new Map<string, string>();
  @state() private clinic: Clinic | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    document.documentElement.dataset.role = 'counsellor';
    this.while(onLanguage(nameThePage));
    nameThePage();
    this.listen('popstate', (event) => this.handleBack(event as PopStateEvent));
    this.listen('keydown', (event) => this.handleKey(event as KeyboardEvent));
    this.listen('storage', () => this.quiet.handleKept());
    this.while(() => this.quiet.close());
    for (const touch of TOUCHES) this.listen(touch, () => (this.touchedAt = Date.now()));
    const timer = window.setInterval(() => this.handleTick(), TICK_MS);
    this.while(() => window.clearInterval(timer));
    void this.load();
  }

  override render() {
    const room = this.gate === 'open' && this.view.kind === 'room';
    return html`
      <div
        class="desk"
        data-testid="desk"
        data-view=${this.gate === 'open' ? this.view.kind : this.gate}
        @gate=${(event: CustomEvent<Gate>) => this.handleGate(event.detail)}
        @set-quiet=${(event: CustomEvent<boolean>) => this.quiet.set(event.detail)}
        @signed-in=${() => void this.handleSignedIn()}
        @unlocked=${() => void this.handleUnlocked()}
        @hours=${(event: CustomEvent<readonly Appointment[]>) => this.learn(event.detail)}
        @open-today=${() => this.open(TODAY)}
        @open-card=${(event: CustomEvent<string>) => this.open({ kind: 'card', hour: event.detail })}
        @open-room=${(event: CustomEvent<InDanger>) => this.openRoom(event.detail)}
        @open-after=${(event: CustomEvent<string>) => this.openAfter(event.detail)}
        @play-recording=${(event: CustomEvent<string>) => this.openRecording(event.detail)}
        @leave-player=${(event: CustomEvent<string>) => this.leavePlayer(event.detail)}
        @watching=${() => (this.touchedAt = Date.now())}
        @open-change=${(event: CustomEvent<string>) => this.open({ kind: 'change', person: event.detail })}
        @open-safety=${(event: CustomEvent<string>) => this.openSafety(event.detail)}
        @close-safety=${() => this.closeSafety()}
        @inside=${(event: CustomEvent<boolean>) => this.handleInside(event.detail)}
        @hour-ended=${(event: CustomEvent<HourEnded>) => this.handleEnded(event.detail)}
      >
        <div>
          ${room ? nothing : this.header()} ${this.gate === 'open' ? this.page() : this.gatePage()}
        </div>
        ${
          this.danger === null
            ? nothing
            : keyed(
                this.danger.hour,
                html`
                  <qr-safety .hour=${this.danger.hour} .known=${this.danger.known}></qr-safety>
                `,
              )
        }
      </div>
    `;
  }

  private header() {
    return deskHeader({
      me: this.gate === 'signed-out' ? null : this.me,
      view: this.gate === 'open' ? this.view : null,
      messages: this.messages,
      quiet: this.quiet,
      inDanger: this.danger !== null,
      trouble: this.trouble,
      open: (view) => this.open(view),
      openSafety: (hour) => this.openSafety(hour),
      signOut: () => void this.signOut(),
    });
  }

  private gatePage() {
    return standing(this.gate, this.me?.name ?? '', () => void this.load());
  }

  /** A page is of one hour, or of one person: another one's begins anew. */
  private page() {
    const { view } = this;
    return keyed(keyOf(view), this.pageOf(view));
  }

  private pageOf(view: View) {
    if (isPast(view)) return pastPage(view, this.names, this.counsels);
    const { me } = this;
    if (me === null) return nothing;
    switch (view.kind) {
      case 'today':
        return this.counsels
          ? html`
              <qr-today .me=${me}></qr-today>
            `
          : recordingsPage(false);
      case 'messages':
        return messagesPage(this.messages, {
          clinic: this.clinic,
          counsels: true,
          held: this.quiet.why,
          leave: () => this.open(TODAY),
          openHour: (hour) => this.open({ kind: 'card', hour }),
        });
      case 'card':
        return html`
          <qr-hour-card .hour=${view.hour}></qr-hour-card>
        `;
      case 'room':
        return html`
          <qr-hour-room .hour=${view.hour} .safety=${this.danger !== null}></qr-hour-room>
        `;
      case 'after':
        return html`
          <qr-hour-after .hour=${view.hour} .timeline=${this.timeline}></qr-hour-after>
        `;
    }
  }

  private get counsels(): boolean {
    return holds(this.me, 'counsellor');
  }

  /** A new page is read from its heading. */
  override updated(changes: PropertyValues): void {
    const before = changes.get('view') as View | undefined;
    const gateBefore = changes.get('gate') as Gate | undefined;
    // Who is locked or signed out is told of nothing.
    if (gateBefore === 'open') this.messages.stop();
    const turned = before !== undefined && before.kind !== this.view.kind;
    const opened = gateBefore !== undefined && gateBefore !== 'opening';
    if (turned || opened) readFromHeading(this.renderRoot);
  }

  private async load(): Promise<void> {
    const answer = await this.ask<Me>('GET', 'me');
    if (answer.kind === 'done') this.me = answer.said;
    this.gate = gateOf(answer, kept.locked);
    // Who only supervises has no clients here, and so no messages.
    if (this.gate !== 'open' || !this.counsels) return;
    if (this.me !== null) this.quiet.begin(this.me.id);
    this.messages.start();
    const clinic = await this.ask<ClinicShown>('GET', 'clinic');
    if (clinic.kind === 'done') this.clinic = clinic.said.chosen;
  }

  private async handleSignedIn(): Promise<void> {
    const before = this.me?.id;
    kept.locked = false;
    this.touchedAt = Date.now();
    if (location.hash !== '') forgetToken();
    await this.load();
    // Nothing of somebody else's is left for who comes after them.
    if (before === undefined || before === this.me?.id) return;
    this.putAway();
    if (this.counsels) this.messages.start();
  }

  private async handleUnlocked(): Promise<void> {
    kept.locked = false;
    this.touchedAt = Date.now();
    await this.load();
  }

  private async signOut(): Promise<void> {
    const answer = await this.ask('POST', 'sign-out');
    this.trouble = troubleOf(answer);
    if (this.trouble !== null) return;
    kept.locked = false;
    this.putAway();
    this.me = null;
    this.gate = 'signed-out';
  }

  private putAway(): void {
    kept.hour = null;
    this.messages.stop();
    this.quiet.forget();
    this.names.clear();
    this.clients.clear();
    dropDrafts();
    this.danger = null;
    this.known = null;
    this.timeline = null;
    this.view = TODAY;
    history.replaceState(TODAY, '');
  }

  private handleGate(gate: Gate): void {
    if (this.inside) this.gateAfter = gate;
    else this.gate = gate;
    // Whoever is signed out sees nothing of anybody, also not beside the form.
    if (this.gate === 'signed-out') this.putAway();
  }

  private handleInside(inside: boolean): void {
    this.inside = inside;
    this.sit();
    this.touchedAt = Date.now();
    if (inside || this.gateAfter === null) return;
    this.gate = this.gateAfter;
    this.gateAfter = null;
  }

  private learn(hours: readonly Appointment[]): void {
    for (const { id, client } of hours) {
      this.names.set(client.id, client.name);
      this.clients.set(id, client.id);
    }
  }

  /** In a room messages wait until it is left; in the other windows of this browser, too. */
  private sit(): void {
    if (!this.inside) this.quiet.rise();
    else if ('hour' in this.view) this.quiet.sit(this.clients.get(this.view.hour) ?? '');
  }

  private open(view: View): void {
    kept.hour = view.kind === 'room' ? view.hour : null;
    this.inside = false;
    this.sit();
    this.trouble = null;
    this.view = view;
    history.pushState(view, '');
  }

  private openRoom(known: InDanger): void {
    this.known = known;
    this.open(roomOf(known.hour));
  }

  /** An earlier one: where its time was lost this page has not seen. */
  private openAfter(hour: string): void {
    this.timeline = null;
    this.open({ kind: 'after', hour });
  }

  private openRecording(recording: string): void {
    this.open({ kind: 'recording', recording });
  }

  /** Back to whose it is; of whom that is not known, to all of them. */
  private leavePlayer(client: string): void {
    if (client !== '' && this.counsels) this.open({ kind: 'change', person: client });
    else this.open(holds(this.me, 'supervisor') ? { kind: 'recordings' } : TODAY);
  }

  private handleEnded({ hour, timeline }: HourEnded): void {
    this.timeline = timeline;
    this.open({ kind: 'after', hour });
    if (this.gateAfter === null) return;
    this.gate = this.gateAfter;
    this.gateAfter = null;
  }

  private handleBack(event: PopStateEvent): void {
    // Back does not leave a room: its own button does.
    if (this.inside) {
      history.pushState(this.view, '');
      return;
    }
    kept.hour = null;
    this.view = viewOf(event.state);
  }

  private handleKey(event: KeyboardEvent): void {
    if (event.key !== 'F9' || event.repeat || event.isComposing) return;
    const { view } = this;
    if (this.gate !== 'open' || !('hour' in view)) return;
    event.preventDefault();
    this.openSafety(view.hour);
  }

  private openSafety(hour: string): void {
    if (this.danger?.hour === hour) {
      this.panel?.focusHeading();
      return;
    }
    this.returnTo = deepActive();
    this.danger = { hour, known: this.known?.hour === hour ? this.known.known : null };
  }

  private closeSafety(): void {
    this.danger = null;
    this.returnTo?.focus();
    this.returnTo = null;
  }

  /** Nobody has touched the page for long: what is on it is put away. Not in a room. */
  private handleTick(): void {
    if (this.inside) this.sit();
    if (this.gate !== 'open' || this.inside || !isAway(this.touchedAt, Date.now())) return;
    kept.locked = true;
    this.gate = 'locked';
  }

  private listen(name: string, handle: (event: Event) => void): void {
    window.addEventListener(name, handle, { passive: name !== 'keydown' });
    this.while(() => window.removeEventListener(name, handle));
  }
}

function roomOf(hour: string): View {
  return { kind: 'room', hour };
}
