/** The recordings of a client, or all that one may play, for who works here: what for, until when, and the way in. */

import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import { gateOf, readRecordings, troubleOf } from './calls';
import { dataCard } from './card-style';
import { factsLine, notNow, purposeBanner, whenIt } from './words';
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
    `,
  ];

  /** Of which client; empty for all that one may play. */
  @property() client = '';
  /** Of which hour alone; empty for every one. */
  @property() session = '';
  @state() private items: readonly RecordingSeen[] | null = null;
  @state() private trouble: Key | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
  }

  override render() {
    if (this.trouble !== null)
      return html`
        <p class="trouble" role="status">${t(this.trouble)}</p>
      `;
    const items = this.shown();
    // Of most clients there is none, and then there is nothing to say.
    if (items === null || (items.length === 0 && this.client !== '')) return nothing;
    return html`
      <section class="card" aria-labelledby="recordings" data-testid="recordings">
        <h2 id="recordings">${t(this.titleKey())}</h2>
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

  private titleKey(): Key {
    if (this.client === '') return 'recs.desk.all';
    return this.session === '' ? 'recs.desk.of' : 'recs.desk.hour';
  }

  private row(seen: RecordingSeen) {
    const when = whenIt(seen);
    const names = { client: seen.client.name, counsellor: seen.counsellor.name };
    return html`
      <li data-testid="recording-row">
        <div>
          <h3>${this.client === '' ? t('recs.player.of', names) : when}</h3>
          ${
            this.client === ''
              ? html`
                  <p class="quiet">${when}</p>
                `
              : nothing
          }
          <p class="quiet">${factsLine(seen)}</p>
          <p class="what">${purposeBanner(seen.purposes, Date.now())}</p>
          ${
            seen.may_play
              ? nothing
              : html`
                  <p class="quiet">${t(notNow(seen))}</p>
                `
          }
        </div>
        ${
          seen.may_play
            ? html`
                <button
                  class="plain"
                  data-testid="play"
                  aria-label=${t('recs.play.label', { when })}
                  @click=${() => this.say('open-recording', seen.id)}
                >
                  ${t('recs.play')}
                </button>
              `
            : nothing
        }
      </li>
    `;
  }

  private shown(): readonly RecordingSeen[] | null {
    const { items, session } = this;
    if (items === null || session === '') return items;
    return items.filter((seen) => seen.session === session);
  }

  private async load(): Promise<void> {
    const answer = await readRecordings(this.client);
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
