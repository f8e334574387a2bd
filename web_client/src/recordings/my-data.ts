/** C12 我的信息: what is kept about a client, and what they can do about it. Recordings come first. */

import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';

import { gateOf, readLooks, readProofs, readRecordings, troubleOf } from './calls';
import { dataCard } from './card-style';
import { type Look, lookDay, looksOf, lookWords } from './looks';
import './player';
import './proofs-element';
import type { Proofs } from './proofs-element';
import './recording-card';
import { type Key, t } from '../i18n/language';
import type { LookShown, Me, Proof, RecordingSeen } from '../protocol/bodies';
import { type Answer, ask } from '../protocol/rest';
import { base, buttons, QuietElement } from '../ui/element';
import { focusHeading } from '../ui/focus';

/** Looks come a thousand at a time, oldest first; of somebody with more, these are the first. */
const MOST_PAGES = 20;
const FIRST_LOOKS = 5;

@customElement('qr-my-data')
export class MyData extends QuietElement {
  static override styles = [
    base,
    buttons,
    dataCard,
    css`
      main {
        display: grid;
        gap: 40px;
        inline-size: min(640px, 100%);
        margin-inline: auto;
        padding: 8px 24px 64px;
      }
      h1 {
        font-size: var(--headline);
        font-weight: 600;
        line-height: 1.35;
      }
      h2 {
        font-size: var(--sentence);
        line-height: 1.4;
      }
      .head {
        display: grid;
        gap: 4px;
      }
      section {
        display: grid;
        gap: 12px;
      }
      .cards {
        display: grid;
        gap: 16px;
      }
      .rows > li {
        padding-block: 8px;
      }
      .rows > li + li {
        border-block-start: 1px solid var(--hair);
      }
      .rows a {
        display: inline-flex;
        align-items: center;
      }
      @media (max-width: 420px) {
        main {
          padding-inline: 16px;
        }
      }
    `,
  ];

  /** Names of people the page knows by their ids. */
  @property({ attribute: false }) names: ReadonlyMap<string, string> = new Map();
  @state() private recordings: readonly RecordingSeen[] | null = null;
  /** What was erased at once is on no list any more: it is shown until the page is left. */
  @state() private gone: readonly RecordingSeen[] = [];
  @state() private proofs: readonly Proof[] | null = null;
  @state() private looks: readonly Look[] | null = null;
  @state() private me = '';
  @state() private allLooks = false;
  @state() private trouble: Key | null = null;
  @state() private playing: string | null = null;
  /** The lists as they are being read. */
  private reading: Promise<void> = Promise.resolve();

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
  }

  override render() {
    if (this.playing !== null)
      return html`
        <qr-player
          .recording=${this.playing}
          @leave-player=${() => void this.handleLeft()}
        ></qr-player>
      `;
    return html`
      <main
        data-testid="my-data"
        @see-recordings=${() => this.seeRecordings()}
        @recordings-changed=${(event: CustomEvent<Answer<RecordingSeen>>) => this.handleChanged(event.detail)}
      >
        <div class="head">
          <h1 tabindex="-1">${t('recs.data')}</h1>
          <p class="quiet">${t('recs.data.about')}</p>
          <p class="trouble" role="alert">${this.trouble === null ? '' : t(this.trouble)}</p>
        </div>
        <section aria-labelledby="recordings">
          <h2 id="recordings" tabindex="-1">${t('recs.title')}</h2>
          ${this.recordingList()}
        </section>
        ${this.proofList()} ${this.others()} ${this.lookList()}
        <div>
          <button class="link start" data-testid="back" @click=${() => this.say('leave-data')}>
            ${t('recs.data.back')}
          </button>
        </div>
      </main>
    `;
  }

  private recordingList() {
    if (this.recordings === null) return this.notYet();
    const gone = new Set(this.gone.map(({ id }) => id));
    // What is erased may still be on the list that is being read anew.
    const there = this.recordings.filter(({ id }) => !gone.has(id));
    const recordings = [...there, ...this.gone].sort(byTime);
    if (recordings.length === 0)
      return html`
        <p class="quiet" data-testid="no-recordings">${t('recs.none')}</p>
      `;
    return html`
      <div
        class="cards"
        @play-recording=${(event: CustomEvent<string>) => void this.play(event.detail)}
        @see-certificate=${(event: CustomEvent<string>) => void this.seeCertificate(event.detail)}
      >
        ${
          there.length === 0
            ? nothing
            : html`
                <p class="quiet" data-testid="who-holds-keys">${t('recs.keys')}</p>
              `
        }
        ${repeat(
          recordings,
          ({ id }) => id,
          (seen) => html`
            <qr-recording-card .seen=${seen} .now=${Date.now()}></qr-recording-card>
          `,
        )}
      </div>
    `;
  }

  private notYet() {
    if (this.trouble === null)
      return html`
        <p class="quiet" role="status">${t('recs.opening')}</p>
      `;
    return html`
      <div>
        <button class="plain" data-testid="again" @click=${() => void this.load()}>
          ${t('recs.again')}
        </button>
      </div>
    `;
  }

  private proofList() {
    if (this.proofs === null) return nothing;
    return html`
      <section aria-labelledby="proofs">
        <h2 id="proofs">${t('recs.proofs')}</h2>
        <p class="quiet">${t('recs.proofs.about')}</p>
        <qr-proofs
          .items=${this.proofs}
          .recordings=${[...(this.recordings ?? []), ...this.gone]}
          .now=${Date.now()}
        ></qr-proofs>
      </section>
    `;
  }

  private others() {
    return html`
      <section aria-labelledby="else">
        <h2 id="else">${t('recs.else')}</h2>
        <ul class="rows card">
          <li>
            <button
              class="link start"
              data-testid="to-messages"
              @click=${() => this.say('to-messages')}
            >
              ${t('recs.else.messages')}
            </button>
            <p class="small">${t('recs.else.messages.about')}</p>
          </li>
          ${
            this.me === ''
              ? nothing
              : html`
                  <li>
                    <a
                      class="button link start"
                      data-testid="hours-csv"
                      href="/api/v1/people/${this.me}/change?csv=true"
                      download
                    >
                      ${t('recs.else.hours')}
                    </a>
                    <p class="small">${t('recs.else.hours.about')}</p>
                  </li>
                `
          }
        </ul>
      </section>
    `;
  }

  private lookList() {
    const { looks } = this;
    if (looks === null) return nothing;
    const shown = this.allLooks ? looks : looks.slice(0, FIRST_LOOKS);
    const names = this.knownNames();
    return html`
      <section aria-labelledby="looks">
        <h2 id="looks">${t('recs.looks')}</h2>
        <p class="quiet">${t('recs.looks.about')}</p>
        ${
          shown.length === 0
            ? html`
                <p>${t('recs.looks.none')}</p>
              `
            : html`
                <ul class="rows card" data-testid="looks">
                  ${shown.map(
                    (look) => html`
                      <li>
                        ${lookWords(look, names)}
                        <p class="small">${lookDay(look)}</p>
                      </li>
                    `,
                  )}
                </ul>
              `
        }
        ${
          shown.length === looks.length
            ? nothing
            : html`
                <div>
                  <button
                    class="link start"
                    data-testid="all-looks"
                    @click=${() => (this.allLooks = true)}
                  >
                    ${t('recs.more', { count: looks.length })}
                  </button>
                </div>
              `
        }
      </section>
    `;
  }

  /** Whose name a recording tells is known here, too. */
  private knownNames(): ReadonlyMap<string, string> {
    const told = (this.recordings ?? []).map(({ counsellor }): [string, string] => [
      counsellor.id,
      counsellor.name,
    ]);
    return new Map([...this.names, ...told]);
  }

  private async load(): Promise<void> {
    this.trouble = null;
    await Promise.all([this.reload(), this.loadLooks(), this.loadMe()]);
  }

  private handleChanged(answer: Answer<RecordingSeen>): void {
    if (answer.kind === 'done' && answer.said.stage === 'erased')
      this.gone = [...this.gone, answer.said];
    void this.reload();
  }

  /** What changes by what is done here. */
  private reload(): Promise<void> {
    this.reading = this.read();
    return this.reading;
  }

  private async read(): Promise<void> {
    const [recordings, proofs] = await Promise.all([readRecordings(), readProofs()]);
    this.trouble = this.take(recordings) ?? this.take(proofs);
    if (recordings.kind === 'done') this.recordings = recordings.said.items;
    if (proofs.kind === 'done') this.proofs = proofs.said.items;
  }

  /** Who is signed out elsewhere is so here. */
  private take(answer: Answer<unknown>): Key | null {
    if (answer.kind === 'refused') {
      const gate = gateOf(answer.code);
      if (gate !== null) this.say('gate', gate);
    }
    return troubleOf(answer);
  }

  private async loadLooks(): Promise<void> {
    const rows: LookShown[] = [];
    let after: number | null = 0;
    for (let page = 0; page < MOST_PAGES && after !== null; page += 1) {
      const answer: Awaited<ReturnType<typeof readLooks>> = await readLooks(after);
      if (answer.kind !== 'done') return;
      rows.push(...answer.said.items);
      after = answer.said.after;
    }
    this.looks = looksOf(rows);
  }

  private async loadMe(): Promise<void> {
    const answer = await ask<Me>('GET', 'me');
    if (answer.kind === 'done') this.me = answer.said.id;
  }

  private async play(recording: string): Promise<void> {
    this.playing = recording;
    await this.updateComplete;
    const player = this.renderRoot.querySelector('qr-player');
    if (player instanceof QuietElement) focusHeading(player);
  }

  private seeRecordings(): void {
    const heading = this.renderRoot.querySelector<HTMLElement>('#recordings');
    heading?.focus({ preventScroll: true });
    heading?.scrollIntoView({ block: 'start' });
  }

  /** Whoever is quicker than the list with it is led there when it has come. */
  private async seeCertificate(recording: string): Promise<void> {
    await this.reading;
    await this.updateComplete;
    await this.renderRoot.querySelector<Proofs>('qr-proofs')?.showErasure(recording);
  }

  private async handleLeft(): Promise<void> {
    this.playing = null;
    await this.reload();
    await this.updateComplete;
    this.renderRoot.querySelector('h1')?.focus();
  }
}

/** Latest first. */
function byTime(one: RecordingSeen, other: RecordingSeen): number {
  return other.started_at - one.started_at;
}
