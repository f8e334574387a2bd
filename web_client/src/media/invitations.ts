/** Questions whether one would like to be heard or seen: those one was asked, and how one's own went. */

import type { Kind } from './peer';
import type { Invitation, Invited, Reply } from '../protocol/wire';

/** How the last question to somebody went. */
export type Asked = 'sent' | 'too_soon';

/** What of one's own devices matters here. */
export interface Switches {
  isOn(kind: Kind): boolean;
}

export class Invitations {
  private current: Invited | null = null;
  private last: Asked | null = null;

  constructor(private readonly changed: () => void) {}

  /** What one is asked now. It waits for an answer as long as it takes. */
  get open(): Invited | null {
    return this.current;
  }

  /** How one's own last question went, until {@link forget}. */
  get asked(): Asked | null {
    return this.last;
  }

  handleInvited(invited: Invited, own: Switches): void {
    this.current = invited;
    this.handleOwn(own);
  }

  /** One's own devices may have changed: what is on is not asked for. */
  handleOwn(own: Switches): void {
    if (this.current !== null && own.isOn(kindOf(this.current.kind))) this.current = null;
  }

  /** The person has answered, whatever it was. */
  answer(): void {
    this.current = null;
    this.changed();
  }

  async ask(reply: Promise<Reply>): Promise<void> {
    const given = await reply.catch(() => null);
    this.last = given?.type === 'done' ? 'sent' : 'too_soon';
    this.changed();
  }

  forget(): void {
    this.last = null;
    this.changed();
  }
}

function kindOf(kind: Invitation): Kind {
  return kind === 'video' ? 'video' : 'audio';
}
