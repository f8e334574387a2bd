/**
 * The host page's end of the talk with the embedded page. No DOM of its own: what to post and what
 * to tell come and go through its options, so that every refusal can be tested.
 */

import { envelope, parseEnvelope } from './envelope';

/** What the embedded page may tell, by name; anything else is not passed on. */
export const TOLD = [
  'ready',
  'waiting',
  'joined',
  'recording',
  'left',
  'ended',
  'error',
  'height',
] as const;
export type Told = (typeof TOLD)[number];

export interface GuestOptions {
  /** The gateway's origin: the only one that is believed, and the only one written to. */
  readonly origin: string;
  /** Random; names this element's life. */
  readonly nonce: string;
  readonly post: (message: unknown, origin: string) => void;
  readonly tell: (type: Told, data: Readonly<Record<string, unknown>>) => void;
}

export class Guest {
  ready = false;

  constructor(private readonly options: GuestOptions) {}

  hello(lang: string): void {
    this.send('hello', { lang });
  }

  send(type: string, data: Readonly<Record<string, unknown>> = {}): void {
    this.options.post(envelope(type, this.options.nonce, data), this.options.origin);
  }

  /** `fromFrame`: whether the message's source is our own frame. True when it was believed. */
  handleMessage(origin: string, fromFrame: boolean, data: unknown): boolean {
    if (!fromFrame || origin !== this.options.origin) return false;
    const message = parseEnvelope(data);
    if (message?.id !== this.options.nonce) return false;
    const type = TOLD.find((known) => known === message.type);
    if (type === undefined || (type !== 'ready' && !this.ready)) return false;
    if (type === 'ready') this.ready = true;
    this.options.tell(type, message.data);
    return true;
  }
}

/** The origin of a gateway's address; null when it is no web address. */
export function gatewayOrigin(src: string, base: string): string | null {
  try {
    const url = new URL(src, base);
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.origin : null;
  } catch {
    return null;
  }
}
