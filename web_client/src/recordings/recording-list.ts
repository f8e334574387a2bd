/** The recordings of a client, or all that one may play, for who works here: what for, until when, and the way in. */

import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import { gateOf, readRecordings, takeBack, troubleOf } from './calls';
import { dataCard } from './card-style';
import './later-ask';
import { factsLine, isGone, notNow, purposeBanner, titleOf, whenIt } from './words';
import { type Key, t } from '../i18n/language';
import type { RecordingSeen } from '../protocol/bodies';
import { base, buttons, QuietElement } from '../ui/element';

@customElement('qr-recording-list')
export class RecordingList extends QuietElement {
  static override styles = [
    base,
    buttons,
    dataCard,
    css`
      section {
        margin-block-start: 16px;
      }
      h2 {
        font-size: var(--sentence);
        line-height: 1.4;
        margin-block-end: 8px;
      }
      li {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 8px 16px;
        padding-block: 12px;
      }
      li + li {
        border-block-start: 1px solid var(--hair);
      }
      .what {
        color: var(--zi);
      }
      .really {
        display: grid;
        gap: 8px;
        padding: 12px 16px;
        margin-block-start: 8px;
        border-radius: var(--round-control);
        background: var(--sunken);
      }
    `,
  ];

  /** Of which client; empty for all that one may play. */
  @property() client = '';
  /** Of which hour alone; empty for every one. */
  @property() session = '';
  @state() private items: readonly RecordingSeen[] | null = null;
  @state() private trouble: Key | null = null;
  /** Of which one it is asked once more whether one's own part is to go. */
  @state() private asking = '';
  @state() private sending = false;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
  }

  override render() {
    const items = this.shown();
    // Of most clients there is none, and then there is nothing to say.
    if (items === null || (items.length === 0 && this.client !== '')) return this.troubled();
    return html`
      <section class="card" aria-labelledby="recordings" data-testid="recordings">
        <h2 id="recordings">${t(this.titleKey())}</h2>
        ${this.troubled()}
        ${
          items.length === 0
            ? html`
                <p class="quiet">${t('recs.desk.none')}</p>
              `
            : html`
                <ul>
                  ${items.map((seen) => this.row(seen))}
                </ul>
              `
        }
      </section>
    `;
  }

  private troubled() {
    return html`
      <p class="trouble" role="status">${this.trouble === null ? nothing : t(this.trouble)}</p>
    `;
  }

  private titleKey(): Key {
    if (this.client === '') return 'recs.desk.all';
    return this.session === '' ? 'recs.desk.of' : 'recs.desk.hour';
  }

  private row(seen: RecordingSeen) {
    const when = whenIt(seen);
    return html`
      <li data-testid="recording-row">
        <div>
          <h3>${this.client === '' ? titleOf(seen) : when}</h3>
          ${
            this.client === ''
              ? html`
                  <p class="quiet">${when}</p>
                `
              : nothing
          }
          <p class="quiet">${factsLine(seen)}</p>
          ${
            isGone(seen)
              ? nothing
              : html`
                  <p class="what">${purposeBanner(seen.purposes, Date.now())}</p>
                `
          }
          ${
            seen.may_play
              ? nothing
              : html`
                  <p class="quiet">${t(notNow(seen))}</p>
                `
          }
          <qr-later-ask .seen=${seen} @later-asked=${() => void this.load()}></qr-later-ask>
          ${seen.may_take_back ? this.own(seen) : nothing}
        </div>
        ${
          seen.may_play
            ? html`
                <button
                  class="plain"
                  data-testid="play"
                  aria-label=${t('recs.play.label', { when })}
                  @click=${() => this.say('play-recording', seen.id)}
                >
                  ${t('recs.play')}
                </button>
              `
            : nothing
        }
      </li>
    `;
  }

  /** Whoever was captured may have their own part out of it again. */
  private own(seen: RecordingSeen) {
    if (this.asking !== seen.id)
      return html`
        <button class="link start" data-testid="own" @click=${() => (this.asking = seen.id)}>
          ${t('recs.own')}
        </button>
      `;
    return html`
      <div class="really" role="group" aria-label=${t('recs.own')}>
        <p>${t('recs.own.about')}</p>
        <div class="acts">
          <button class="plain" data-testid="own-no" @click=${() => (this.asking = '')}>
            ${t('recs.narrow.no')}
          </button>
          <button
            class="plain ending"
            data-testid="own-yes"
            ?disabled=${this.sending}
            @click=${() => void this.takeOwn(seen.id)}
          >
            ${t('recs.own.yes')}
          </button>
        </div>
      </div>
    `;
  }

  private async takeOwn(id: string): Promise<void> {
    this.sending = true;
    const answer = await takeBack(id, {});
    this.sending = false;
    this.asking = '';
    await this.load();
    this.trouble ??= troubleOf(answer);
  }

  private shown(): readonly RecordingSeen[] | null {
    const { items, session } = this;
    if (items === null || session === '') return items;
    return items.filter((seen) => seen.session === session);
  }

  private async load(): Promise<void> {
    const answer = await readRecordings(this.client);
    this.trouble = null;
    if (answer.kind === 'done') this.items = answer.said.items;
    else if (answer.kind === 'refused') this.handleRefused(answer);
    else this.trouble = this.client === '' ? troubleOf(answer) : null;
  }

  /** Where nothing is recorded there is no such call; beside other things that is no news. */
  private handleRefused(
    answer: Extract<Awaited<ReturnType<typeof readRecordings>>, { kind: 'refused' }>,
  ) {
    const gate = gateOf(answer.code);
    if (gate !== null) this.say('gate', gate);
    else if (this.client === '') this.trouble = troubleOf(answer);
  }
}
