/** Somebody's mailbox for as long as an element is in the page: opened once, awake with the page. */

import type { ReactiveController, ReactiveControllerHost } from 'lit';

import { type Holds, NOTHING_HELD } from './held';
import type { Mailbox } from './mailbox';
import { openMailbox } from './open-mailbox';
import { timeOfDay } from '../i18n/language';

export class MessagesController implements ReactiveController {
  private opened: Mailbox | null = null;
  private opening = false;
  private wakes: (() => void) | null = null;
  /** Counts the changes, so that elements which only hold the mailbox render again. */
  turn = 0;
  /** This browser keeps nothing. */
  unkept = false;

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly holds: Holds = NOTHING_HELD,
  ) {
    host.addController(this);
  }

  get mailbox(): Mailbox | null {
    return this.opened;
  }

  /** How many messages somebody is told of. */
  get news(): number {
    return this.opened?.newsOfAll ?? 0;
  }

  /** What is held is another now. */
  handleHeld(): void {
    if (this.opened === null) this.host.requestUpdate();
    else this.opened.handleHeld();
  }

  /** Whose browser this is, is known. A mailbox that was closed on us is opened anew. */
  start(): void {
    if (this.opening || (this.opened !== null && this.opened.inbox.state !== 'closed')) return;
    this.stop();
    this.opening = true;
    void openMailbox(
      () => this.handleChanged(),
      () => this.handleUnkept(),
      this.holds,
    ).then((mailbox) => {
      // Stopped meanwhile.
      if (!this.opening) return;
      this.opening = false;
      this.opened = mailbox;
      mailbox.inbox.start();
      // A thread's first time of day would take a slow phone an eighth of a second just then.
      whenIdle(() => timeOfDay(0));
      this.listen();
      this.handleChanged();
    });
  }

  /** Nobody is there any more. */
  stop(): void {
    this.opening = false;
    this.opened?.inbox.close();
    this.opened?.uploads.stop();
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

/** When the page has nothing else to do; not every browser says when that is. */
function whenIdle(work: () => void): void {
  if ('requestIdleCallback' in window) window.requestIdleCallback(work);
  else setTimeout(work, 200);
}
