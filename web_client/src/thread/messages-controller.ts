/** Somebody's mailbox for as long as an element is in the page: opened once, awake with the page. */

import type { ReactiveController, ReactiveControllerHost } from 'lit';

import type { Mailbox } from './mailbox';
import { openMailbox } from './open-mailbox';

export class MessagesController implements ReactiveController {
  private opened: Mailbox | null = null;
  private opening = false;
  private wakes: (() => void) | null = null;
  /** Counts the changes, so that elements which only hold the mailbox render again. */
  turn = 0;
  /** This browser keeps nothing. */
  unkept = false;

  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }

  get mailbox(): Mailbox | null {
    return this.opened;
  }

  get unread(): number {
    return this.opened?.unreadOfAll ?? 0;
  }

  /** Whose browser this is, is known. A mailbox that was closed on us is opened anew. */
  start(): void {
    if (this.opening || (this.opened !== null && this.opened.inbox.state !== 'closed')) return;
    this.stop();
    this.opening = true;
    void openMailbox(
      () => this.handleChanged(),
      () => this.handleUnkept(),
    ).then((mailbox) => {
      // Stopped meanwhile.
      if (!this.opening) return;
      this.opening = false;
      this.opened = mailbox;
      mailbox.inbox.start();
      this.listen();
      this.handleChanged();
    });
  }

  /** Nobody is there any more. */
  stop(): void {
    this.opening = false;
    this.opened?.inbox.close();
    this.opened = null;
    this.wakes?.();
    this.wakes = null;
    this.host.requestUpdate();
  }

  hostDisconnected(): void {
    this.stop();
  }

  private listen(): void {
    const wake = (): void => {
      if (!document.hidden) this.opened?.inbox.wake();
    };
    window.addEventListener('online', wake);
    document.addEventListener('visibilitychange', wake);
    this.wakes = () => {
      window.removeEventListener('online', wake);
      document.removeEventListener('visibilitychange', wake);
    };
  }

  private handleChanged(): void {
    this.turn += 1;
    this.host.requestUpdate();
  }

  private handleUnkept(): void {
    this.unkept = true;
    this.handleChanged();
  }
}
