/**
 * The embedded page's side of the talk with the page around it (the widget's side is in src/widget).
 *
 * Rule 1: the first valid hello of the parent window decides whom we trust; who may frame us at all
 * is the server's word (frame-ancestors).
 * Rule 2: the host may bring a token, choose a language and ask to leave. It cannot name a role,
 * answer for the person, or touch a microphone or a camera.
 */

import { envelope, type Envelope, parseEnvelope } from '../widget/envelope';
import type { Language } from '../i18n/language';
import { policyAllows } from '../media/devices';

export interface HostWishes {
  token(token: string): void;
  language(language: Language): void;
  leave(): void;
}

export class Host {
  private trusted: { readonly origin: string; readonly id: string } | null = null;
  private readonly listener = (event: MessageEvent<unknown>): void => this.handleMessage(event);
  private observer: ResizeObserver | null = null;

  constructor(private readonly wishes: HostWishes) {}

  start(): void {
    window.addEventListener('message', this.listener);
  }

  stop(): void {
    window.removeEventListener('message', this.listener);
    this.observer?.disconnect();
  }

  /** Tell the host something; no word of who is here or what is said is ever told. */
  tell(type: string, data: Readonly<Record<string, unknown>> = {}): void {
    if (this.trusted === null) return;
    window.parent.postMessage(envelope(type, this.trusted.id, data), this.trusted.origin);
  }

  private handleMessage(event: MessageEvent<unknown>): void {
    if (event.source !== window.parent || window.parent === window) return;
    const message = parseEnvelope(event.data);
    if (message === null) return;
    if (message.type === 'hello') this.handleHello(event.origin, message);
    else if (event.origin === this.trusted?.origin && message.id === this.trusted.id) {
      this.handleWish(message);
    }
  }

  private handleHello(origin: string, { id, data }: Envelope): void {
    if (this.trusted !== null && (this.trusted.origin !== origin || this.trusted.id !== id)) return;
    // A file or a sandboxed page has no origin to be sure of.
    if (origin === 'null') return;
    this.trusted = { origin, id };
    this.takeLanguage(data.lang);
    this.tell('ready', { microphone: policyAllows('audio'), camera: policyAllows('video') });
    this.observer ??= this.observeHeight();
  }

  private handleWish({ type, data }: Envelope): void {
    if (type === 'token' && typeof data.token === 'string') this.wishes.token(data.token);
    else if (type === 'lang') this.takeLanguage(data.lang);
    else if (type === 'leave') this.wishes.leave();
  }

  private takeLanguage(tag: unknown): void {
    if (tag === 'zh-CN' || tag === 'en') this.wishes.language(tag);
  }

  private observeHeight(): ResizeObserver {
    const observer = new ResizeObserver(() =>
      this.tell('height', { height: document.body.scrollHeight }),
    );
    observer.observe(document.body);
    return observer;
  }
}
