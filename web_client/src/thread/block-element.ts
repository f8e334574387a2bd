/** Some rows of a thread, drawn together and let go of together. */

import { html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';

import { cardStyle, cardView, linesStyle, uploadView } from './card-views';
import { cardWords, mayRetry, troubleOf } from './file-words';
import type { Row, Standing } from './rows';
import { rowStyle } from './thread-style';
import type { Upload } from './uploads';
import { cardOf } from '../booking/card';
import '../booking/booking-card';
import { dayOf } from '../i18n/dates';
import { type Key, percent, t, timeOfDay } from '../i18n/language';
import type { BookingCard, BookingSide, LineCard, Message, Saying } from '../protocol/wire';
import { base, buttons, QuietElement } from '../ui/element';

const DAY_MS = 86_400_000;
const STANDING: Readonly<Record<Exclude<Standing, null>, Key>> = {
  stored: 'thread.stored',
  delivered: 'thread.delivered',
  read: 'thread.read',
};

@customElement('qr-thread-block')
export class ThreadBlock extends QuietElement {
  static override styles = [base, buttons, rowStyle, linesStyle, cardStyle];

  /** Which block of a thread it is; null of what is not in it yet. */
  key: number | null = null;
  @property({ attribute: false }) rows: readonly Row[] = [];
  @property() thread = '';
  @property() you = '';
  /** What the other one is called. */
  @property() name = '';
  @property() side: BookingSide = 'client';
  /** Where the other one's clocks are. */
  @property() zone = '';
  /** The newest revision of each booking. */
  @property({ attribute: false }) newest: ReadonlyMap<string, number> = new Map();
  @property({ type: Boolean }) busy = false;
  /** There is no connection just now. */
  @property({ type: Boolean }) away = false;
  /** Of one's own messages, those from this number on may still be taken back. */
  @property({ type: Number }) recallFrom = Infinity;

  override render() {
    return this.rows.map((row) => this.row(row));
  }

  private row(row: Row) {
    switch (row.kind) {
      case 'day':
        return html`
          <p class="day" role="listitem">${dayName(row.at)}</p>
        `;
      case 'message':
        return this.said(row.message, row.standing);
      case 'waiting':
        return this.own(wordsOf(row.written), t('thread.sending'));
      case 'failed':
        return this.failed(row.key, wordsOf(row.failed));
      case 'upload':
        return this.upload(row.upload);
    }
  }

  private said(message: Message, standing: Standing) {
    const card = cardOf(message);
    if (card !== null) return this.card(message, card);
    if (message.kind === 'line' && message.body !== null) return this.line(message, message.body);
    return this.message(message, standing);
  }

  private message(message: Message, standing: Standing) {
    const mine = message.author === this.you;
    const time = timeOfDay(message.at);
    const words = standing === null ? time : `${t(STANDING[standing])} · ${time}`;
    return html`
      <div
        class=${mine ? 'row mine' : 'row'}
        role="listitem"
        data-number=${message.number}
        data-standing=${standing ?? nothing}
      >
        <p class="unseen">${mine ? t('thread.you') : this.name}</p>
        ${this.body(message, mine)}
        <div class="about">
          ${mine && this.mayRecall(message) ? this.recall(message.number) : nothing}
          <span>${words}</span>
        </div>
      </div>
    `;
  }

  /** The line of an hour was lost: what was agreed on, in words. */
  private line(message: Message, body: string) {
    const caller = callerIn(body);
    const agreed =
      caller === null ? nothing : t(`line.${this.side}.${caller}`, { name: this.name });
    return html`
      <p class="day" role="listitem" data-number=${message.number} data-testid="line-card">
        ${t('line.lost', { time: timeOfDay(message.at) })} ${agreed}
      </p>
    `;
  }

  private card(message: Message, card: BookingCard) {
    return html`
      <div class="row wide" role="listitem" data-number=${message.number}>
        <qr-booking-card
          .card=${card}
          ?live=${this.newest.get(card.booking) === card.revision}
          .side=${this.side}
          .name=${this.name}
          .zone=${this.zone}
          ?busy=${this.busy}
        ></qr-booking-card>
        <div class="about"><span>${timeOfDay(message.at)}</span></div>
      </div>
    `;
  }

  private body(message: Message, mine: boolean) {
    if (message.body !== null) {
      const card = cardView(message, this.thread);
      if (card !== null) return card;
      return html`
        <p class="body" .textContent=${message.body}></p>
      `;
    }
    const gone = message.recalled
      ? t(mine ? 'thread.recalled.you' : 'thread.recalled.other', { name: this.name })
      : t('thread.expired');
    return html`
      <p class="gone">${gone}</p>
    `;
  }

  /** For a while; what somebody hopes for and fears, always. */
  private mayRecall({ body, kind, number }: Message): boolean {
    return body !== null && (kind === 'hopes' || number >= this.recallFrom);
  }

  private recall(number: number) {
    return html`
      <button class="small" @click=${() => this.say('recall-message', number)}>
        ${t('thread.recall')}
      </button>
    `;
  }

  private own(body: string, about: string) {
    return html`
      <div class="row mine" role="listitem" data-standing="waiting">
        <p class="unseen">${t('thread.you')}</p>
        <p class="body" .textContent=${body}></p>
        <div class="about"><span>${about}</span></div>
      </div>
    `;
  }

  private failed(id: string, body: string) {
    return html`
      <div class="row mine" role="listitem" data-standing="failed">
        <p class="unseen">${t('thread.you')}</p>
        <p class="body" .textContent=${body}></p>
        <div class="about">
          <button class="small failed" @click=${() => this.say('retry-message', id)}>
            ${t('thread.failed')}
          </button>
          <button class="small" @click=${() => this.say('discard-message', id)}>
            ${t('thread.discard')}
          </button>
        </div>
      </div>
    `;
  }

  /** A file on its way, or one that cannot be sent, and why. */
  private upload(upload: Upload) {
    const { id, code, sent, size } = upload;
    const share = percent(size === 0 ? 0 : sent / size);
    const retry = html`
      <button class="small failed" @click=${() => this.say('retry-upload', id)}>
        ${t('file.retry')}
      </button>
    `;
    return html`
      <div class="row mine" role="listitem" data-standing=${code === null ? 'waiting' : 'failed'}>
        <p class="unseen">${t('thread.you')}</p>
        ${uploadView(upload)}
        <div class="about">
          <span>
            ${code === null ? t(this.away ? 'file.waiting' : 'file.sending', { share }) : t(troubleOf(code))}
          </span>
          ${code !== null && mayRetry(code) ? retry : nothing}
          <button class="small" @click=${() => this.say('discard-upload', id)}>
            ${t('thread.discard')}
          </button>
        </div>
      </div>
    `;
  }
}

/** What is on its way in words, also where it is a card. */
function wordsOf({
  kind = 'text',
  body,
}: {
  readonly kind?: Saying;
  readonly body: string;
}): string {
  return cardWords({ kind, body }) ?? body;
}

function callerIn(body: string): LineCard['caller'] {
  try {
    return (JSON.parse(body) as LineCard).caller;
  } catch {
    return null;
  }
}

function dayName(at: number): string {
  const today = new Date().setHours(0, 0, 0, 0);
  if (at >= today) return t('thread.today');
  if (at >= today - DAY_MS) return t('thread.yesterday');
  return dayOf(at);
}
