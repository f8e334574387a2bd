/** The door that does not open: a calm sentence, what to do next, and nothing about the room. */

import { html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';

import { base, buttons, QuietElement } from './element';
import { pageLayout } from './page';
import './scene';
import type { RefusalKind } from './refusal-kind';
import { type Key, t } from '../i18n/language';

interface Words {
  readonly why: Key;
  readonly next: Key;
  /** What the one button says; none where another try would change nothing. */
  readonly button: Key | null;
}

const WORDS: Readonly<Record<RefusalKind, Words>> = {
  invalid: { why: 'refusal.invalid', next: 'refusal.invalid.next', button: null },
  absent: { why: 'refusal.absent', next: 'refusal.absent.next', button: null },
  expired: { why: 'refusal.expired', next: 'refusal.expired.next', button: null },
  revoked: { why: 'refusal.revoked', next: 'refusal.revoked.next', button: null },
  ended: { why: 'refusal.ended', next: 'refusal.ended.next', button: null },
  full: { why: 'refusal.full', next: 'refusal.full.next', button: 'again' },
  busy: { why: 'refusal.busy', next: 'refusal.busy.next', button: 'again' },
  unreachable: { why: 'refusal.unreachable', next: 'refusal.unreachable.next', button: 'again' },
  early: { why: 'refusal.early', next: 'refusal.early.next', button: 'again' },
  elsewhere: { why: 'refusal.elsewhere', next: 'refusal.elsewhere.next', button: 'back.here' },
};

@customElement('qr-refusal')
export class RefusalPage extends QuietElement {
  static override styles = [base, buttons, pageLayout];

  @property() kind: RefusalKind = 'invalid';
  /** Whether the page still holds a token to try again with. */
  @property({ type: Boolean }) retry = false;

  override render() {
    const { why, next, button } = WORDS[this.kind];
    return html`
      <main data-testid="refusal" data-kind=${this.kind}>
        <qr-scene></qr-scene>
        <div class="words">
          <h1 tabindex="-1">${t(why)}</h1>
          <p class="sub">${t(next)}</p>
          ${
            button !== null && this.retry
              ? html`
                  <button class="primary" @click=${() => this.say('try-again')}>
                    ${t(button)}
                  </button>
                `
              : nothing
          }
        </div>
      </main>
    `;
  }
}
