/** What pages show of somebody's messages: the way to them, and their page. */

import { html, nothing } from 'lit';

import type { Why } from './held';
import type { MessagesController } from './messages-controller';
import './messages-element';
import { t } from '../i18n/language';
import type { Clinic } from '../protocol/bodies';

/** Nothing before it is known whose browser this is. */
export function messagesLink(messages: MessagesController, open: () => void) {
  if (messages.mailbox === null) return nothing;
  const { news } = messages;
  return html`
    <button class="link" data-testid="open-messages" @click=${open}>
      ${news === 0 ? t('thread.title') : t('thread.unread', { count: news })}
    </button>
  `;
}

export interface MessagesPage {
  readonly clinic: Clinic | null;
  /** Of a counsellor, with their clients. */
  readonly counsels: boolean;
  /** Why messages are held back just now; null where they are not. */
  readonly held?: Why | null;
  readonly leave: () => void;
  /** Somebody goes to an hour that was arranged. */
  readonly openHour: (session: string) => void;
}

export function messagesPage(messages: MessagesController, page: MessagesPage) {
  if (messages.mailbox === null) return nothing;
  const lines = (page.clinic?.crisis_lines ?? []).map(([what, number]) => `${what} ${number}`);
  return html`
    <qr-messages
      data-page
      ?counsels=${page.counsels}
      .mailbox=${messages.mailbox}
      .turn=${messages.turn}
      .held=${page.held ?? null}
      .unkept=${messages.unkept}
      .emergency=${lines.length === 0 ? '' : t('thread.emergency', { lines: lines.join(' · ') })}
      .noticeHours=${page.clinic?.cancel_notice_hours ?? 24}
      @leave-messages=${page.leave}
      @open-hour=${(event: CustomEvent<string>) => page.openHour(event.detail)}
    ></qr-messages>
  `;
}
