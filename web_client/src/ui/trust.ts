/** Who is here, is it encrypted, is it recorded: always in sight, and only what is true right now. */

import { css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';

import { base, buttons, QuietElement } from './element';
import './company';
import './icon';
import './sheet';
import './trust-recording';
import { type Key, t } from '../i18n/language';
import type { Call } from '../media/call';
import type { ParticipantView, Presence, Recording } from '../protocol/wire';
import { staysWords } from '../recording/ending';
import type { Mark, RecordingView } from '../recording/view';

const RECORDED: Readonly<Record<Mark, Key>> = {
  none: 'trust.unrecorded',
  hollow: 'rec.held',
  solid: 'rec.on',
};

@customElement('qr-trust-chip')
export class TrustChip extends QuietElement {
  static override styles = [
    base,
    buttons,
    css`
      button {
        display: inline-flex;
        align-items: center;
        gap: 8px;
        padding: 8px 16px 8px 12px;
        border-radius: var(--round-card);
        background: var(--surface);
        text-align: start;
        line-height: 1.35;
      }
      button:hover {
        background: var(--sunken);
      }
      .word {
        white-space: nowrap;
      }
      qr-icon {
        color: var(--qing);
      }
    `,
  ];

  /** To have the focus is for the chip to have it. */
  static override shadowRootOptions = { ...QuietElement.shadowRootOptions, delegatesFocus: true };

  @property({ type: Number }) count = 0;
  @property({ type: Boolean }) encrypted = false;
  /** Whether it is recorded now, or held. */
  @property({ attribute: false }) mark: Mark = 'none';

  override render() {
    const words = [
      this.count === 1 ? t('trust.people.one') : t('trust.people', { count: this.count }),
      t(this.encrypted ? 'trust.encrypted' : 'trust.unencrypted'),
      t(RECORDED[this.mark]),
    ];
    return html`
      <button
        data-testid="trust-chip"
        aria-label=${`${words.join(' · ')}. ${t('trust.open')}`}
        @click=${() => this.say('open-trust')}
      >
        <qr-icon name="shield"></qr-icon>
        <span>
          ${words.map(
            (word, place) => html`
              <span class="word">${word}${place < words.length - 1 ? ' ·' : ''}</span>
            `,
          )}
        </span>
      </button>
    `;
  }
}

/** How text travels follows from how this page came: TLS, this machine only, or in the open. */
function textKey(): Key {
  if (location.protocol === 'https:') return 'trust.text';
  return isSecureContext ? 'trust.text.local' : 'trust.text.plain';
}

const WHAT: Readonly<Partial<Record<Presence, Key>>> = {
  away: 'trust.away',
  offline: 'trust.offline',
};

@customElement('qr-trust-sheet')
export class TrustSheet extends QuietElement {
  static override styles = [
    base,
    css`
      :host {
        display: contents;
      }
      section + section {
        margin-block-start: 24px;
      }
      h3 {
        font-weight: 600;
        margin-block-end: 6px;
      }
      li + li {
        margin-block-start: 10px;
      }
      .what,
      .cipher {
        color: var(--ink-2);
      }
      .cipher {
        font-size: var(--caption);
      }
      p + p {
        margin-block-start: 6px;
      }
    `,
  ];

  @property({ attribute: false }) people: readonly ParticipantView[] = [];
  @property() you = '';
  @property({ type: Boolean }) encrypted = false;
  @property() cipher: string | null = null;
  /** The hour was booked: its text goes into the thread of the two. */
  @property({ type: Boolean }) kept = false;
  @property({ attribute: false }) call!: Call;
  @property({ attribute: false }) recording: Recording | null = null;
  /** What is shown of it; null where nothing is. */
  @property({ attribute: false }) view: RecordingView | null = null;

  override render() {
    const undoes = this.isRunning || this.view?.stage === 'finalising';
    return html`
      <qr-sheet place="corner" heading=${t('trust.title')}>
        ${undoes ? this.records(true) : nothing}
        <section>
          <ul>
            ${this.people.map((person) => this.person(person))}
          </ul>
        </section>
        <section>
          <h3>${t('trust.protection')}</h3>
          <p>${t(this.protection)}</p>
          <p>${t(textKey())}</p>
          ${
            this.encrypted && this.cipher !== null
              ? html`
                  <p class="cipher">${t('trust.cipher', { cipher: this.cipher })}</p>
                `
              : nothing
          }
        </section>
        ${undoes ? nothing : this.records(false)}
      </qr-sheet>
    `;
  }

  /** Before all else while it is recorded, or closed: it is what somebody may have come for. */
  private records(undoes: boolean) {
    return html`
      <section>
        <h3>${t('trust.records')}</h3>
        ${
          this.recording !== null && undoes
            ? html`
                <qr-trust-recording
                  .call=${this.call}
                  .recording=${this.recording}
                  .view=${this.view}
                ></qr-trust-recording>
              `
            : html`
                <p>${this.stays || t('trust.records.none')}</p>
              `
        }
        <p>${t(this.kept ? 'trust.records.text.kept' : 'trust.records.text')}</p>
        ${
          this.recording === null || !this.asksForCompany(this.recording)
            ? nothing
            : html`
                <qr-company .call=${this.call} .recording=${this.recording}></qr-company>
              `
        }
      </section>
    `;
  }

  /** Where nothing can be recorded, nobody needs to say who is beside them. */
  private asksForCompany({ why_not: why, you_beside: beside }: Recording): boolean {
    return this.isRunning || beside || (why !== 'off' && why !== 'guardian');
  }

  private get isRunning(): boolean {
    return this.view?.stage === 'recording' || this.view?.stage === 'hold';
  }

  private get hears(): Key {
    return this.isRunning ? 'rec.trust.person' : 'trust.person.hears';
  }

  /** Of what was recorded before. */
  private get stays(): string {
    return this.recording === null ? '' : staysWords(this.recording, Date.now());
  }

  private get protection(): Key {
    if (!this.encrypted) return 'trust.protection.off';
    return this.isRunning || this.stays !== '' ? 'rec.trust.protection' : 'trust.protection.on';
  }

  private person({ id, name, role, presence }: ParticipantView) {
    const called = id === this.you ? t('trust.you', { name }) : name;
    const part = t(role === 'counsellor' ? 'trust.role.counsellor' : 'trust.role.client');
    return html`
      <li>
        <p>${called} · ${part}</p>
        <p class="what">${t(WHAT[presence] ?? this.hears)}</p>
      </li>
    `;
  }
}
