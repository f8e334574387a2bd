/**
 * `<quiet-room src token lang mode height>`: a thin shell around a frame on the gateway's origin.
 * The page it stands in never touches sound, picture, text or consent.
 */

import { Guest, gatewayOrigin, type Told } from './guest';
import { shellStyle } from './shell-style';
import type { Language } from '../i18n/language';
import { WIDGET_WORDS, type WidgetKey, widgetLanguage } from '../i18n/widget';

const READY_MS = 2_000;
const HELLO_MS = 250;
const ALLOW = [
  'camera',
  'microphone',
  'autoplay',
  'fullscreen',
  'screen-wake-lock',
  'speaker-selection',
  'picture-in-picture',
];

type TokenSource = () => string | Promise<string>;

let openElement: QuietRoom | null = null;

export class QuietRoom extends HTMLElement {
  static readonly observedAttributes = ['src', 'token', 'lang', 'height'];

  private given: string | null = null;
  private source: TokenSource | null = null;
  private readonly root = this.attachShadow({ mode: 'open' });
  private frame: HTMLIFrameElement | null = null;
  private guest: Guest | null = null;
  private timers: number[] = [];
  private readonly listener = (event: MessageEvent<unknown>): void => {
    const fromFrame = event.source !== null && event.source === this.frame?.contentWindow;
    this.guest?.handleMessage(event.origin, fromFrame, event.data);
  };

  get src(): string {
    return this.getAttribute('src') ?? '';
  }

  set src(value: string) {
    this.setAttribute('src', value);
  }

  get token(): string {
    return this.given ?? this.getAttribute('token') ?? '';
  }

  /** Kept out of the page's markup; a new one goes to a waiting room at once. */
  set token(value: string) {
    this.given = value;
    if (this.guest?.ready === true) void this.giveToken();
  }

  /** Asked for a fresh token whenever one is needed; better than an attribute in the page. */
  get getToken(): TokenSource | null {
    return this.source;
  }

  set getToken(source: TokenSource | null) {
    this.source = source;
    if (this.guest?.ready === true) void this.giveToken();
  }

  get mode(): 'inline' | 'button' | 'popup' {
    const mode = this.getAttribute('mode');
    return mode === 'button' || mode === 'popup' ? mode : 'inline';
  }

  connectedCallback(): void {
    this.adoptEarly();
    this.root.adoptedStyleSheets = [shellStyle()];
    if (this.mode === 'inline') this.open();
    else this.showButton();
  }

  disconnectedCallback(): void {
    this.shut();
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (before !== after && this.isConnected) this.handleAttribute(name, after);
  }

  /** Show the room here, or in a window of its own when `mode` is "popup". */
  open(): void {
    const origin = gatewayOrigin(this.src, document.baseURI);
    if (origin === null) {
      this.tell('error', { code: 'src_invalid' });
      return;
    }
    if (this.mode === 'popup') {
      void this.openWindow();
      return;
    }
    if (openElement !== null && openElement !== this) {
      this.showNotice('second', false);
      this.tell('error', { code: 'already_open' });
      return;
    }
    this.mount(origin);
  }

  /** Ask the room to leave, as if its person had. */
  leave(): void {
    this.guest?.send('leave');
  }

  setLang(lang: Language): void {
    this.setAttribute('lang', lang);
  }

  /** Hand the keyboard to the call. */
  focusCall(): void {
    this.frame?.focus();
  }

  /** Properties a page set before this script had loaded hide our own: set them again. */
  private adoptEarly(): void {
    for (const name of ['src', 'token', 'getToken'] as const) {
      if (!Object.hasOwn(this, name)) continue;
      const early: unknown = Reflect.get(this, name);
      Reflect.deleteProperty(this, name);
      Reflect.set(this, name, early);
    }
  }

  private handleAttribute(name: string, value: string | null): void {
    if (name === 'lang') this.guest?.send('lang', { lang: this.spoken });
    else if (name === 'height') this.applyHeight(value);
    else if (name === 'token' && this.guest?.ready === true) void this.giveToken();
    else if (name === 'src' && this.frame !== null) this.open();
  }

  private get spoken(): Language {
    return widgetLanguage(this.getAttribute('lang') ?? '', document.documentElement.lang);
  }

  private mount(origin: string): void {
    this.shut();
    // One room at a time: two would fight over one microphone.
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- remembered, not aliased
    openElement = this;
    const frame = document.createElement('iframe');
    frame.setAttribute('part', 'frame');
    frame.title = WIDGET_WORDS[this.spoken].title;
    frame.allow = ALLOW.map((feature) => `${feature} ${origin}`).join('; ');
    frame.referrerPolicy = 'no-referrer';
    frame.src = `${origin}/client?embed=1`;
    this.frame = frame;
    this.guest = new Guest({
      origin,
      nonce: crypto.randomUUID(),
      post: (message, target) => frame.contentWindow?.postMessage(message, target),
      tell: (type, data) => this.handleTold(type, data),
    });
    this.root.replaceChildren(frame, this.windowButton());
    this.applyHeight(this.getAttribute('height'));
    window.addEventListener('message', this.listener);
    frame.addEventListener('load', () => this.greet());
  }

  /** Say hello until the page answers; a page that never does gets a window of its own. */
  private greet(): void {
    const guest = this.guest;
    if (guest === null) return;
    guest.ready = false;
    this.clearTimers();
    guest.hello(this.spoken);
    this.timers.push(
      window.setInterval(() => {
        if (!guest.ready) guest.hello(this.spoken);
      }, HELLO_MS),
      window.setTimeout(() => {
        if (!guest.ready) this.fallBack('unreachable');
      }, READY_MS),
    );
  }

  private handleTold(type: Told, data: Readonly<Record<string, unknown>>): void {
    if (type === 'ready') {
      this.clearTimers();
      if (data.microphone === false) {
        this.fallBack('policy_blocked');
        return;
      }
      void this.giveToken();
    } else if (type === 'error' && data.code === 'policy_blocked') {
      this.fallBack('policy_blocked');
      return;
    } else if (type === 'height' && !this.hasAttribute('height')) {
      this.applyHeight(String(data.height));
    }
    this.tell(type, type === 'ready' ? {} : data);
  }

  private async giveToken(): Promise<void> {
    const token = await this.freshToken();
    if (token !== '') this.guest?.send('token', { token });
  }

  private async freshToken(): Promise<string> {
    if (this.source === null) return this.token;
    try {
      return await this.source();
    } catch {
      this.tell('error', { code: 'token_unavailable' });
      return '';
    }
  }

  private async openWindow(): Promise<void> {
    const origin = gatewayOrigin(this.src, document.baseURI);
    if (origin === null) return;
    // Opened before the token is known, or the browser would take it for an advertisement.
    const opened = window.open('about:blank', '_blank');
    const token = await this.freshToken();
    if (opened === null) return;
    opened.opener = null;
    opened.location.replace(`${origin}/client#${token}`);
  }

  private fallBack(code: 'policy_blocked' | 'unreachable'): void {
    this.shut();
    const blocked = code === 'policy_blocked';
    this.showNotice(blocked ? 'blocked' : 'unreachable', true);
    this.tell('error', { code });
  }

  private showNotice(key: WidgetKey, way: boolean) {
    const notice = document.createElement('p');
    notice.setAttribute('part', 'notice');
    notice.setAttribute('role', 'status');
    notice.textContent = WIDGET_WORDS[this.spoken][key];
    this.root.replaceChildren(notice, ...(way ? [this.windowButton()] : []));
  }

  private showButton(): void {
    const button = this.makeButton('open', () => this.open());
    this.root.replaceChildren(button);
  }

  private windowButton(): HTMLButtonElement {
    return this.makeButton('window', () => void this.openWindow());
  }

  private makeButton(key: WidgetKey, act: () => void): HTMLButtonElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.setAttribute('part', 'button');
    button.textContent = WIDGET_WORDS[this.spoken][key];
    button.addEventListener('click', act);
    return button;
  }

  private applyHeight(height: string | null): void {
    const px = Number.parseInt(height ?? '', 10);
    if (this.frame === null || !Number.isFinite(px)) return;
    this.frame.style.blockSize = `${Math.min(4000, Math.max(320, px))}px`;
  }

  private tell(type: Told, data: Readonly<Record<string, unknown>>): void {
    this.dispatchEvent(
      new CustomEvent(`quietroom:${type}`, { detail: data, bubbles: true, composed: true }),
    );
  }

  private clearTimers(): void {
    for (const timer of this.timers.splice(0)) window.clearTimeout(timer);
  }

  private shut(): void {
    this.clearTimers();
    window.removeEventListener('message', this.listener);
    this.frame = null;
    this.guest = null;
    if (openElement === this) openElement = null;
    this.root.replaceChildren();
  }
}

if (customElements.get('quiet-room') === undefined) customElements.define('quiet-room', QuietRoom);
