/** The line above the desk's pages: who is here, and where else one can go. */

import { html, nothing } from 'lit';

import { trouble } from './desk-element';
import type { QuietKeeper } from './quiet-keeper';
import './quiet-switch';
import { holds, type View } from './views';
import { type Key, t } from '../i18n/language';
import type { Me } from '../protocol/bodies';
import { recordingsLink } from '../recordings/recordings-page';
import type { MessagesController } from '../thread/messages-controller';
import { messagesLink } from '../thread/messages-view';
import '../ui/page-bar';

export interface Header {
  /** Null where nobody is known. */
  readonly me: Me | null;
  /** Null while something stands before the desk. */
  readonly view: View | null;
  readonly messages: MessagesController;
  readonly quiet: QuietKeeper;
  /** The panel for a danger is open. */
  readonly inDanger: boolean;
  readonly trouble: Key | null;
  readonly open: (view: View) => void;
  readonly openSafety: (hour: string) => void;
  readonly signOut: () => void;
}

export function deskHeader(shown: Header) {
  const { me, view } = shown;
  return html`
    <header>
      <qr-page-bar></qr-page-bar>
      ${
        me === null
          ? nothing
          : html`
              <span class="who">${t('desk.who', { name: me.name, clinic: me.clinic_name })}</span>
              ${view === null ? nothing : ways(me, view, shown)}
              <button class="link" data-testid="sign-out" @click=${shown.signOut}>
                ${t('desk.sign_out')}
              </button>
            `
      }
    </header>
    ${trouble(shown.trouble)}
  `;
}

/** Messages and quiet hours are of who counsels; who supervises has recordings. */
function ways(me: Me, view: View, shown: Header) {
  const { messages, open } = shown;
  const counsels = holds(me, 'counsellor');
  return html`
    ${
      counsels && view.kind !== 'messages'
        ? messagesLink(messages, () => open({ kind: 'messages' }))
        : nothing
    }
    ${holds(me, 'supervisor') ? recordingsLink(() => open({ kind: 'recordings' })) : nothing}
    ${counsels ? quietSwitch(shown) : nothing}
    ${'hour' in view ? safetyButton(view.hour, shown) : nothing}
  `;
}

function quietSwitch({ quiet, messages }: Header) {
  return html`
    <qr-quiet-switch
      .until=${quiet.until}
      .held=${quiet.why}
      .news=${messages.news}
    ></qr-quiet-switch>
  `;
}

function safetyButton(hour: string, { inDanger, openSafety }: Header) {
  return html`
    <button
      class="ending"
      data-testid="safety"
      aria-keyshortcuts="F9"
      aria-expanded=${inDanger}
      @click=${() => openSafety(hour)}
    >
      ${t('desk.safety.open')}
    </button>
  `;
}
