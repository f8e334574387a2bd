/**
 * One recording as its client sees it: what it is for, and how to have less of it or nothing.
 *
 * Rule 1: what cannot be undone is asked once more, in place, and to leave it looks as good.
 * Rule 2: a no asks for no reason.
 */

import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import { answerLater, keepIt, takeBack, troubleOf } from './calls';
import { quiet, small } from './card-lines';
import { choices, dataCard, switches } from './card-style';
import { type Asking, bodyOf, mayDrop, standingOf } from './card-state';
import './later-question';
import { purposeInside } from './later-words';
import {
  cardLine,
  inOrder,
  inside,
  lockedWords,
  mediumWord,
  pendingWords,
  purposeWord,
  whenIt,
  whoPlays,
} from './words';
import { datedDay, momentOf } from '../i18n/dates';
import { type Key, t } from '../i18n/language';
import type { AnswerLater, Medium, PurposeUntil, RecordingSeen } from '../protocol/bodies';
import type { Answer } from '../protocol/rest';
import { base, buttons, QuietElement } from '../ui/element';

@customElement('qr-recording-card')
export class RecordingCard extends QuietElement {
  static override styles = [base, buttons, dataCard, switches, choices];

  @property({ attribute: false }) seen!: RecordingSeen;
  @property({ type: Number }) now = Date.now();
  @state() private asking: Asking | null = null;
  @state() private sending = false;
  @state() private trouble: Key | null = null;
  /** What was done, in whichever language is read. */
  @state() private said: (() => string) | null = null;

  override render() {
    const { seen } = this;
    return html`
      <article class="card" aria-labelledby="when" data-testid="recording" data-stage=${seen.stage}>
        <div class="head">
          <h3 id="when" tabindex="-1">${whenIt(seen)}</h3>
          <p class="quiet">${cardLine(seen)}</p>
          ${seen.is_whole || seen.stage === 'erased' ? nothing : quiet(t('recs.partial'))}
        </div>
        ${this.body(seen)}
        <p class="quiet" role="status" data-testid="said" ?hidden=${this.said === null}>
          ${this.said?.() ?? nothing}
        </p>
        <p class="trouble" role="alert">${this.trouble === null ? '' : t(this.trouble)}</p>
      </article>
    `;
  }

  private body(seen: RecordingSeen) {
    switch (standingOf(seen)) {
      case 'erased':
        return html`
          <p>${t('recs.stage.erased')}</p>
          <div>
            <button
              class="link start"
              data-testid="see-certificate"
              @click=${() => this.say('see-certificate', seen.id)}
            >
              ${t('recs.stage.erased.see')}
            </button>
          </div>
        `;
      case 'locked':
        return html`
          <p>${lockedWords(seen, this.now)}</p>
        `;
      case 'asked':
        return this.asked(seen);
      case 'pending':
        return this.pending(seen);
      case 'here':
        return this.here(seen);
    }
  }

  /** Somebody else took back what was theirs: both ways on are as near as each other. */
  private asked({ erase_at: eraseAt }: RecordingSeen) {
    return html`
      <div class="really all" data-testid="asks-to-keep">
        <p><strong>${t('recs.asks')}</strong></p>
        <p class="quiet">
          ${t('recs.asks.about')}
          ${eraseAt === null ? '' : t('recs.asks.until', { when: momentOf(eraseAt) })}
        </p>
        <div class="alike">
          ${this.button('recs.asks.no', 'asks-no', () => this.take({ kind: 'all' }))}
          ${this.button('recs.asks.yes', 'asks-yes', () => this.keep('recs.asks.stays'))}
        </div>
      </div>
    `;
  }

  private pending(seen: RecordingSeen) {
    return html`
      <div class="really all" data-testid="pending">
        <p><strong>${t('recs.pending')}</strong></p>
        <p>${pendingWords(seen, this.now)}</p>
        ${
          seen.may_keep
            ? html`
                <div class="acts">
                  <button
                    class="plain"
                    data-testid="keep"
                    ?disabled=${this.sending}
                    @click=${() => void this.keep('recs.kept')}
                  >
                    ${t('recs.keep')}
                  </button>
                </div>
                ${seen.floor_until === null ? this.atOnce() : nothing}
              `
            : nothing
        }
      </div>
    `;
  }

  private here(seen: RecordingSeen) {
    return html`
      ${seen.stage === 'sealed' ? quiet(t('recs.stage.sealed', { name: seen.counsellor.name })) : nothing}
      <section aria-labelledby="uses">
        <h4 id="uses">${t('recs.for')}</h4>
        <ul class="uses">
          ${inOrder(seen.purposes).map((each) => this.use(seen, each))}
        </ul>
        ${seen.may_take_back && !mayDrop(seen, 'purposes') ? small(t('recs.for.last')) : nothing}
      </section>
      ${seen.later
        .filter((each) => each.may_answer)
        .map(
          (asked) => html`
            <qr-later-question
              .seen=${seen}
              .asked=${asked}
              .now=${this.now}
              .sending=${this.sending}
              @later-answer=${(event: CustomEvent<AnswerLater>) => this.later(event.detail)}
            ></qr-later-question>
          `,
        )}
      ${mayDrop(seen, 'media') ? this.media(seen) : nothing}
      ${seen.floor_until === null ? nothing : small(t('recs.floor', { day: datedDay(seen.floor_until, this.now) }))}
      ${this.acts(seen)}
    `;
  }

  private use(seen: RecordingSeen, { purpose, until }: PurposeUntil) {
    const name = purposeWord(purpose);
    const words = html`
      <span>
        ${name}
        <span class="quiet">· ${t('recs.until', { day: datedDay(until, this.now) })}</span>
        <br />
        <span class="small">${t(whoPlays(seen, purpose), { name: seen.counsellor.name })}</span>
      </span>
    `;
    const asks = this.asking?.kind === 'purpose' && this.asking.purpose === purpose;
    return html`
      <li>
        ${
          mayDrop(seen, 'purposes')
            ? this.switch(words, `use-${purpose}`, asks, { kind: 'purpose', purpose })
            : html`
                <div class="switch">${words}</div>
              `
        }
        ${
          asks
            ? this.really(
                t('recs.narrow.purpose', { what: inside(name) }),
                'recs.narrow.purpose.yes',
                () => t('recs.narrowed.purpose', { what: inside(purposeWord(purpose)) }),
              )
            : nothing
        }
      </li>
    `;
  }

  private media(seen: RecordingSeen) {
    return html`
      <section aria-labelledby="media">
        <h4 id="media">${t('recs.media.title')}</h4>
        <ul class="uses">
          ${seen.media.map((medium) => this.medium(medium))}
        </ul>
      </section>
    `;
  }

  private medium(medium: Medium) {
    const name = mediumWord(medium);
    const asks = this.asking?.kind === 'medium' && this.asking.medium === medium;
    const words = html`
      <span>${name}</span>
    `;
    return html`
      <li>
        ${this.switch(words, `medium-${medium}`, asks, { kind: 'medium', medium })}
        ${
          asks
            ? this.really(
                t('recs.narrow.media', { what: inside(name) }),
                'recs.narrow.media.yes',
                () => t('recs.narrowed.media', { what: mediumWord(medium) }),
              )
            : nothing
        }
      </li>
    `;
  }

  private switch(words: unknown, id: string, asks: boolean, asking: Asking) {
    return html`
      <label class="switch">
        ${words}
        <input
          type="checkbox"
          role="switch"
          data-testid=${id}
          .checked=${!asks}
          ?disabled=${this.sending}
          @change=${() => this.ask(asks ? null : asking)}
        />
      </label>
    `;
  }

  /** Asked once more, where the switch is. */
  private really(words: string, yes: Key, done: () => string) {
    return html`
      <div class="really" role="group" aria-label=${words} data-testid="really">
        <p>${words}</p>
        <div class="alike">
          ${this.button('recs.narrow.no', 'really-no', () => this.ask(null))}
          ${this.button(yes, 'really-yes', () => this.take(this.asking, done))}
        </div>
      </div>
    `;
  }

  private acts(seen: RecordingSeen) {
    const deleting = this.asking?.kind === 'all' || this.asking?.kind === 'now';
    return html`
      <div class="acts">
        ${
          seen.may_play
            ? html`
                <button
                  class="plain"
                  data-testid="play"
                  aria-label=${t('recs.play.label', { when: whenIt(seen) })}
                  @click=${() => this.say('play-recording', seen.id)}
                >
                  ${t('recs.play')}
                </button>
              `
            : nothing
        }
        ${
          seen.may_take_back
            ? html`
                <button
                  class="ending ${seen.may_play ? '' : 'start'}"
                  data-testid="delete"
                  aria-expanded=${deleting}
                  @click=${() => this.ask(deleting ? null : { kind: 'all' })}
                >
                  ${t('recs.delete')}
                </button>
              `
            : nothing
        }
      </div>
      ${deleting ? this.deletion(seen) : nothing}
    `;
  }

  private deletion(seen: RecordingSeen) {
    const floor = seen.floor_until;
    const about =
      floor === null
        ? t('recs.delete.about')
        : t('recs.delete.about.floor', { day: datedDay(floor, this.now) });
    return html`
      <div class="really all" role="group" aria-labelledby="deletion" data-testid="deletion">
        <p id="deletion"><strong>${t('recs.delete.title')}</strong></p>
        <p>${about}</p>
        <div class="alike">
          ${this.button('recs.delete.no', 'delete-no', () => this.ask(null))}
          ${this.button('recs.delete.yes', 'delete-yes', () => this.take({ kind: 'all' }), true)}
        </div>
        ${floor === null ? this.atOnce() : nothing}
      </div>
    `;
  }

  /** Without the day in which one may still think: offered, and asked once more. */
  private atOnce() {
    if (this.asking?.kind === 'now')
      return html`
        <p>${t('recs.delete.now.about')}</p>
        <div class="acts">
          ${this.button('recs.delete.now.yes', 'now-yes', () => this.take({ kind: 'now' }), true)}
        </div>
      `;
    return html`
      <div>
        <button
          class="link start"
          data-testid="now"
          ?disabled=${this.sending}
          @click=${() => this.ask({ kind: 'now' })}
        >
          ${t('recs.delete.now')}
        </button>
      </div>
    `;
  }

  private button(words: Key, id: string, act: () => unknown, ending = false) {
    return html`
      <button
        class="plain ${ending ? 'ending' : ''}"
        data-testid=${id}
        ?disabled=${this.sending}
        @click=${() => void act()}
      >
        ${t(words)}
      </button>
    `;
  }

  private ask(asking: Asking | null): void {
    this.asking = asking;
    this.trouble = null;
    this.said = null;
  }

  private async take(asking: Asking | null, done: (() => string) | null = null): Promise<void> {
    if (asking === null) return;
    await this.send(() => takeBack(this.seen.id, bodyOf(asking)), done);
  }

  private keep(done: Key): Promise<void> {
    return this.send(
      () => keepIt(this.seen.id),
      () => t(done),
    );
  }

  private later(answer: AnswerLater): Promise<void> {
    const key = answer.agree ? 'recs.later.agreed' : 'recs.later.declined';
    return this.send(
      () => answerLater(this.seen.id, answer),
      () => t(key, { what: purposeInside(answer.purpose) }),
    );
  }

  /** What is shown afterwards is what the gateway says it is now. */
  private async send(
    call: () => Promise<Answer<unknown>>,
    done: (() => string) | null,
  ): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    const answer = await call();
    this.sending = false;
    this.trouble = troubleOf(answer);
    if (answer.kind === 'done') {
      this.asking = null;
      this.said = done;
    }
    // Also after a no: what is offered here may have changed meanwhile.
    this.say('recordings-changed', answer);
    this.renderRoot.querySelector('h3')?.focus();
  }
}
