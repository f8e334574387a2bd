/** The page of a client's visit: from the link to the room, and after it. */

import { html, nothing, type PropertyValues } from 'lit';
import { customElement, state } from 'lit/decorators.js';

import './after-page';
import { openLink, readClinic, readHour, readHours, visitRefusal, whoIsThis } from './calls';
import './elsewhere-page';
import { chooseHour, hourAfter } from './hour';
import './hour-page';
import { cutPlanOf, keptHere } from './kept';
import './link-page';
import './moment';
import './no-hour-page';
import { dataLink, isOwn, leadsToData, opening, type Own, ownPage } from './own';
import { wrongTries } from './pin';
import './pin-page';
import { visitStyle } from './visit-style';
import { onLanguage } from '../i18n/language';
import type { Appointment, Clinic } from '../protocol/bodies';
import { type Answer, ask } from '../protocol/rest';
import type { Code, Seat } from '../protocol/wire';
import { MessagesController } from '../thread/messages-controller';
import { messagesLink } from '../thread/messages-view';
import type { Parting } from '../ui/after';
import '../ui/app';
import { base, buttons, QuietElement } from '../ui/element';
import { focusHeading } from '../ui/focus';
import { EscapeCounter, leaveQuickly, signOut } from '../ui/leaving';
import { forgetToken, tokenIn } from '../ui/link';
import { nameThePage } from '../ui/name-page';
import '../ui/page-bar';
import '../ui/refusal';
import type { RefusalKind } from '../ui/refusal-kind';
import { isSheetOpen } from '../ui/sheet';

/** How often an hour that is waited for is read again. */
const REREAD_MS = 30_000;
/** So long after an hour its last page is still about it. */
const JUST_MS = 10 * 60_000;

type View =
  | { readonly kind: 'opening' }
  | { readonly kind: 'link' | 'elsewhere' }
  | { readonly kind: 'messages' | 'data' }
  | { readonly kind: 'pin'; readonly tries: number }
  | { readonly kind: 'refused'; readonly why: RefusalKind }
  | {
      readonly kind: 'none';
      readonly cancelled: Appointment | null;
      readonly next: Appointment | null;
    }
  | { readonly kind: 'hour' | 'moment'; readonly hour: Appointment }
  | { readonly kind: 'room'; readonly id: string }
  | { readonly kind: 'after'; readonly id: string; readonly hours: readonly Appointment[] | null };

/** What has a page of its own under the bar. */
type Page = Exclude<View, { kind: 'opening' | 'room' } | Own>;

/** The views that are read again while they are shown: what they say may change by itself. */
const WAITED: ReadonlySet<View['kind']> = new Set(['hour', 'none']);

@customElement('qr-visit')
export class Visit extends QuietElement {
  static override styles = [base, buttons, visitStyle];

  @state() private view: View = { kind: 'opening' };
  @state() private busy = false;
  @state() private clinic: Clinic | null = null;
  @state() private now = Date.now();
  private token: string | null = null;
  private pin = '';
  private readonly kept = keptHere();
  private readonly escapes = new EscapeCounter();
  private readonly messages = new MessagesController(this);
  private wished = ''; // the hour somebody asked to see; empty for the next one
  private readonly toMessages = (): void => void (this.view = { kind: 'messages' });
  private readonly toData = (): void => void (this.view = { kind: 'data' });

  override connectedCallback(): void {
    super.connectedCallback();
    document.documentElement.dataset.role = 'client';
    this.while(onLanguage(nameThePage));
    nameThePage();
    const onKey = (event: KeyboardEvent): void => this.handleKey(event);
    window.addEventListener('keydown', onKey, { capture: true });
    this.while(() => window.removeEventListener('keydown', onKey, { capture: true }));
    const reread = (): void => void this.reread();
    const timer = window.setInterval(reread, REREAD_MS);
    this.while(() => window.clearInterval(timer));
    document.addEventListener('visibilitychange', reread);
    this.while(() => document.removeEventListener('visibilitychange', reread));
    this.begin();
  }

  override render() {
    const { view } = this;
    // The room brings its own bar and its own way out.
    if (view.kind === 'room')
      return html`
        <qr-app
          person="client"
          .seatOf=${this.seatOf}
          .hour=${view.id}
          .plan=${cutPlanOf(this.kept.plan, this.clinic?.phone ?? '')}
          @parted=${(event: CustomEvent<Parting>) => void this.handleParting(event.detail)}
          @open-data=${this.toData}
        ></qr-app>
      `;
    return html`
      <header class="bar">
        <qr-page-bar exit @quick-exit=${() => this.leaveQuickly()}></qr-page-bar>
        ${view.kind === 'data' ? nothing : dataLink(this.messages, this.toData)}
        ${view.kind === 'messages' ? nothing : messagesLink(this.messages, this.toMessages)}
      </header>
      ${view.kind === 'opening' ? opening() : isOwn(view) ? this.ownPage(view) : this.page(view)}
    `;
  }

  /** A new view is read from its heading, not from wherever the last button was. */
  override updated(changes: PropertyValues): void {
    this.dataset.view = this.view.kind;
    const before = changes.get('view') as View | undefined;
    if (before === undefined || before.kind === this.view.kind || this.view.kind === 'room') return;
    const page = this.renderRoot.querySelector('[data-page]');
    if (page instanceof QuietElement) focusHeading(page);
  }

  private page(view: Page) {
    switch (view.kind) {
      case 'link':
      case 'pin':
      case 'elsewhere':
        return this.linkPage(view);
      case 'refused':
        return html`
          <qr-refusal
            data-page
            .kind=${view.why}
            .retry=${true}
            @try-again=${() => this.tryAgain(view.why)}
          ></qr-refusal>
        `;
      case 'none':
        return this.nonePage(view);
      case 'hour':
      case 'moment':
        return this.hourPage(view);
      case 'after':
        return this.afterPage(view);
    }
  }

  private ownPage(view: Own) {
    return ownPage(view, this.messages, {
      clinic: this.clinic,
      openHour: (hour) => void this.toHour(hour),
      openMessages: this.toMessages,
      refuse: () => this.refuse('absent'),
    });
  }

  private linkPage(view: Extract<View, { kind: 'link' | 'pin' | 'elsewhere' }>) {
    if (view.kind === 'pin')
      return html`
        <qr-visit-pin
          data-page
          .opening=${this.busy}
          .tries=${view.tries}
          @pin=${(event: CustomEvent<string>) => this.handlePin(event.detail)}
        ></qr-visit-pin>
      `;
    if (view.kind === 'elsewhere')
      return html`
        <qr-visit-elsewhere
          data-page
          .opening=${this.busy}
          @move-here=${() => void this.open(true)}
          @stay-there=${() => this.refuse('elsewhere')}
        ></qr-visit-elsewhere>
      `;
    return html`
      <qr-visit-link
        data-page
        .opening=${this.busy}
        @open-link=${() => void this.open()}
      ></qr-visit-link>
    `;
  }

  private nonePage({ cancelled, next }: Extract<View, { kind: 'none' }>) {
    return html`
      <qr-visit-none
        data-page
        .cancelled=${cancelled}
        .next=${next}
        .phone=${this.clinic?.phone ?? ''}
      ></qr-visit-none>
    `;
  }

  private hourPage({ kind, hour }: Extract<View, { kind: 'hour' | 'moment' }>) {
    if (kind === 'hour')
      return html`
        <qr-visit-hour
          data-page
          .hour=${hour}
          .now=${this.now}
          @open-data=${this.toData}
          @come-in=${() => (this.view = { kind: 'moment', hour })}
        ></qr-visit-hour>
      `;
    return html`
      <qr-moment
        data-page
        .hour=${hour}
        @enter=${() => this.enter(hour.id)}
        @back-out=${() => void this.toHour()}
        @hour-changed=${() => void this.toHour()}
        @refused=${(event: CustomEvent<RefusalKind>) => this.refuse(event.detail)}
      ></qr-moment>
    `;
  }

  private afterPage({ id, hours }: Extract<View, { kind: 'after' }>) {
    return html`
      <qr-visit-after
        data-page
        .hourId=${id}
        .known=${hours !== null}
        .hour=${hours?.find((each) => each.id === id) ?? null}
        .next=${hourAfter(hours ?? [], id, this.now)}
        .clinic=${this.clinic}
        @open-data=${this.toData}
      ></qr-visit-after>
    `;
  }

  // --- who this is ------------------------------------------------------------------------------

  /** With a link nothing is sent before the tap. Without one this browser may be known already. */
  private begin(): void {
    this.token = tokenIn(location.hash);
    const { hour } = this.kept;
    if (this.token !== null) this.view = { kind: 'link' };
    else if (hour !== null) this.goOn(hour);
    else void this.recognise();
  }

  private async recognise(): Promise<void> {
    this.view = { kind: 'opening' };
    const me = await whoIsThis();
    if (me.kind === 'unreachable') this.refuse('unreachable');
    else if (me.kind === 'refused') this.refuse(this.whyUnknown(me.code));
    else if (!me.said.positions.includes('client')) this.refuse('absent');
    else await (leadsToData(location.hash) ? this.toHour().then(this.toData) : this.toHour());
  }

  private whyUnknown(code: Code): RefusalKind {
    const why = visitRefusal(code);
    const isLink = location.hash.length > 1 && !leadsToData(location.hash);
    return why === 'absent' && isLink ? 'invalid' : why;
  }

  private async open(takeOver = false): Promise<void> {
    const { token, pin } = this;
    if (token === null || this.busy) return;
    this.busy = true;
    const opened = await openLink({ token, pin, take_over: takeOver });
    if (opened.kind === 'done') {
      this.token = null;
      forgetToken();
      await this.toHour();
    } else this.handleNotOpened(opened);
    this.busy = false;
  }

  private handleNotOpened(answer: Exclude<Answer<unknown>, { kind: 'done' }>): void {
    if (answer.kind === 'unreachable') this.refuse('unreachable');
    else if (answer.code === 'open_elsewhere') this.view = { kind: 'elsewhere' };
    else if (answer.code === 'pin_needed') {
      const before = this.view.kind === 'pin' ? this.view.tries : 0;
      this.view = { kind: 'pin', tries: wrongTries(this.pin, before) };
    } else this.refuse(visitRefusal(answer.code));
  }

  private handlePin(pin: string): void {
    this.pin = pin;
    void this.open();
  }

  private refuse(why: RefusalKind): void {
    this.view = { kind: 'refused', why };
  }

  private tryAgain(why: RefusalKind): void {
    if (this.token === null) void this.recognise();
    else void this.open(why === 'elsewhere');
  }

  // --- which hour -------------------------------------------------------------------------------

  /** From the calendar to the page of the hour that is next. */
  private async toHour(wished = this.wished): Promise<void> {
    this.wished = wished;
    if (this.clinic === null) void this.readClinic();
    this.messages.start();
    const before = this.view;
    const hours = await readHours(Date.now());
    // Meanwhile the person may have gone to their messages, or to what is theirs.
    if (isOwn(this.view) && this.view !== before) return;
    if (hours.kind === 'unreachable') this.refuse('unreachable');
    else if (hours.kind === 'refused') this.refuse(visitRefusal(hours.code));
    else this.showHour(hours.said.items);
  }

  private showHour(hours: readonly Appointment[]): void {
    this.now = Date.now();
    const choice = chooseHour(hours, this.now, this.wished);
    if (choice.kind === 'hour') this.view = { kind: 'hour', hour: choice.hour };
    else if (choice.kind === 'none') this.view = { kind: 'none', cancelled: null, next: null };
    else this.view = { kind: 'none', cancelled: choice.hour, next: choice.next };
  }

  /** While it is waited for, an hour may move, and the minutes go by. What fails is tried again. */
  private async reread(): Promise<void> {
    if (document.hidden || !WAITED.has(this.view.kind)) return;
    this.now = Date.now();
    const hours = await readHours(this.now);
    // Meanwhile the person may have gone on.
    if (!WAITED.has(this.view.kind)) return;
    if (hours.kind === 'done') this.showHour(hours.said.items);
    else if (hours.kind === 'refused' && hours.code === 'signed_out') this.refuse('absent');
  }

  private async readClinic(): Promise<void> {
    const clinic = await readClinic();
    if (clinic.kind === 'done') this.clinic = clinic.said.chosen;
  }

  // --- the room, and after it -------------------------------------------------------------------

  private readonly seatOf = (): Promise<Answer<Seat>> => {
    const id = this.view.kind === 'room' ? this.view.id : '';
    return ask<Seat>('POST', `appointments/${id}/seat`);
  };

  private enter(id: string): void {
    this.kept.enter(id);
    this.view = { kind: 'room', id };
  }

  /** A reload within the hour: straight back in. If it ended meanwhile, that shows. */
  private goOn(id: string): void {
    this.view = { kind: 'room', id };
    void this.readClinic();
    void readHour(id).then((answer) => {
      if (answer.kind === 'done') this.handleEnded(answer.said);
    });
  }

  /** What ended a moment ago ends here too; what ended long ago is none of today's. */
  private handleEnded({ id, stage, outcome, ended_at: endedAt }: Appointment): void {
    if (stage !== 'ended' || this.view.kind !== 'room') return;
    if (outcome === 'held' && Date.now() - (endedAt ?? 0) < JUST_MS) void this.showAfter(id);
    else {
      this.kept.leave();
      void this.recognise();
    }
  }

  /** After leaving, and after a break, the room's own page knows the way back. */
  private async handleParting(parting: Parting): Promise<void> {
    if (parting === 'ended' && this.view.kind === 'room') await this.showAfter(this.view.id);
  }

  private async showAfter(id: string): Promise<void> {
    this.kept.leave();
    this.now = Date.now();
    this.view = { kind: 'after', id, hours: null };
    const [hours] = await Promise.all([readHours(this.now), this.readClinic()]);
    if (hours.kind === 'done') this.view = { kind: 'after', id, hours: hours.said.items };
  }

  // --- the way out ------------------------------------------------------------------------------

  private leaveQuickly(): void {
    this.kept.forget();
    this.messages.stop();
    signOut();
    void leaveQuickly(() => Promise.resolve());
  }

  private handleKey(event: KeyboardEvent): void {
    // The room counts for itself; an open sheet takes Escape for itself.
    if (this.view.kind === 'room' || isSheetOpen()) return;
    if (event.key !== 'Escape' || event.isComposing) return;
    if (this.escapes.handlePress(performance.now())) this.leaveQuickly();
  }
}
