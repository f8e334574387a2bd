/** What is a client's own, whichever hour is next: their messages, what is kept about them; and what comes before all. */

import { html, nothing } from 'lit';

import { t } from '../i18n/language';
import type { Clinic } from '../protocol/bodies';
import '../recordings/my-data';
import type { MessagesController } from '../thread/messages-controller';
import { messagesPage } from '../thread/messages-view';

export interface Own {
  readonly kind: 'messages' | 'data';
}

export function isOwn(view: { readonly kind: string }): view is Own {
  return view.kind === 'messages' || view.kind === 'data';
}

/** The link on a receipt: it leads a browser that is known already to what is theirs. */
export function leadsToData(hash: string): boolean {
  return hash === '#data';
}

/** Of whom nothing is known yet there is nothing to see. */
export function dataLink(messages: MessagesController, open: () => void) {
  if (messages.mailbox === null) return nothing;
  return html`
    <button class="link" data-testid="open-data" @click=${open}>${t('recs.data')}</button>
  `;
}

export interface OwnPage {
  readonly clinic: Clinic | null;
  /** Empty for the next one. */
  readonly openHour: (hour: string) => void;
  readonly openMessages: () => void;
  /** This browser is nobody's any more. */
  readonly refuse: () => void;
}

export function ownPage({ kind }: Own, messages: MessagesController, page: OwnPage) {
  if (kind === 'data')
    return html`
      <qr-my-data
        data-page
        @leave-data=${() => page.openHour('')}
        @to-messages=${page.openMessages}
        @gate=${page.refuse}
      ></qr-my-data>
    `;
  return messagesPage(messages, {
    clinic: page.clinic,
    counsels: false,
    leave: () => page.openHour(''),
    openHour: page.openHour,
  });
}

/** Words, and nothing that turns. */
export function opening() {
  return html`
    <main class="opening">
      <h1 class="unseen" tabindex="-1">${t('title')}</h1>
      <p role="status">${t('visit.opening')}</p>
    </main>
  `;
}
