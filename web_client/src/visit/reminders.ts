/** How a client wants to be reminded: off until they say so, in words they choose. */

import { css, html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';

import { canPush, subscribe, subscribed, unsubscribe } from './reminder-push';
import { type Key, language, t } from '../i18n/language';
import type { ReminderChoice, Reminders, Wording } from '../protocol/bodies';
import { ask } from '../protocol/rest';
import { base, buttons, QuietElement } from '../ui/element';
import '../ui/sheet';

const BEFORE: readonly (readonly [number, Key])[] = [
  [1_440, 'remind.before.day'],
  [60, 'remind.before.hour'],
  [10, 'remind.before.minutes'],
];
const WORDINGS: readonly (readonly [Wording, Key])[] = [
  ['plain', 'remind.words.plain'],
  ['time', 'remind.words.time'],
  ['short', 'remind.words.short'],
];

@customElement('qr-reminders')
export class RemindersSheet extends QuietElement {
  static override styles = [
    base,
    buttons,
    css`
      :host {
        display: contents;
      }
      fieldset {
        border: 0;
        margin: 0;
        padding: 8px 0;
      }
      legend {
        padding: 0 0 4px;
        font-weight: 600;
      }
      label {
        display: flex;
        align-items: center;
        gap: 12px;
        min-block-size: 44px;
      }
      input[type='time'] {
        font: inherit;
        color: var(--ink);
        background: var(--surface);
        border: 1px solid var(--edge);
        border-radius: var(--round-control);
        padding: 8px 12px;
        min-block-size: 44px;
      }
      input:not([type='time']) {
        flex: none;
        inline-size: 22px;
        block-size: 22px;
        accent-color: var(--qing);
      }
      .about,
      .note {
        color: var(--ink-2);
      }
      .note {
        font-size: var(--caption);
      }
      .trouble {
        color: var(--amber);
      }
    `,
  ];

  @state() private said: Reminders | null = null;
  @state() private here = false;
  @state() private trouble: Key | null = null;
  @state() private saved = false;
  private telling: Promise<void> = Promise.resolve();
  /** How many choices nobody has been told of. */
  private untold = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
  }

  override render() {
    const { said } = this;
    return html`
      <qr-sheet heading=${t('remind.title')}>
        <p class="about">${t('remind.about')}</p>
        ${said === null ? nothing : said.mail || canBePushed(said) ? this.choices(said) : none()}
        ${said === null ? nothing : this.quiet(said)}
        <p class="trouble" role="alert">${this.trouble === null ? '' : t(this.trouble)}</p>
        <p class="note" role="status" data-testid="remind-saved">
          ${this.saved ? t('remind.saved') : ''}
        </p>
      </qr-sheet>
    `;
  }

  private choices(said: Reminders) {
    return html`
      <fieldset>
        <legend>${t('remind.when')}</legend>
        ${BEFORE.map(([minutes, words]) => this.ahead(said, minutes, words))}
      </fieldset>
      <fieldset>
        <legend>${t('remind.how')}</legend>
        ${said.mail ? this.mail(said) : nothing} ${canBePushed(said) ? this.browser(said) : nothing}
      </fieldset>
      <fieldset>
        <legend>${t('remind.words')}</legend>
        ${WORDINGS.map(([wording, words]) => this.wording(said, wording, words))}
      </fieldset>
      <p class="note">${t('remind.words.note')}</p>
    `;
  }

  private ahead(said: Reminders, minutes: number, words: Key) {
    const known = said.before ?? [];
    const on = known.includes(minutes);
    const next = on ? known.filter((each) => each !== minutes) : [...known, minutes];
    return html`
      <label>
        <input
          type="checkbox"
          name="before"
          value=${minutes}
          .checked=${on}
          @change=${() => this.put({ before: next })}
        />
        ${t(words)}
      </label>
    `;
  }

  private mail(said: Reminders) {
    return html`
      <label>
        <input
          type="checkbox"
          name="mail"
          .checked=${said.by_mail === true}
          @change=${() => this.put({ by_mail: said.by_mail !== true })}
        />
        ${t('remind.mail')}
      </label>
    `;
  }

  private browser(said: Reminders) {
    return html`
      <label>
        <input
          type="checkbox"
          name="browser"
          .checked=${this.here}
          @change=${() => void (this.here ? this.leave() : this.join(said.push_key))}
        />
        ${t('remind.browser')}
      </label>
    `;
  }

  private wording(said: Reminders, wording: Wording, words: Key) {
    return html`
      <label>
        <input
          type="radio"
          name="wording"
          .checked=${(said.wording ?? 'plain') === wording}
          @change=${() => this.put({ wording })}
        />
        ${t(words)}
      </label>
    `;
  }

  private quiet(said: Reminders) {
    const put = (name: 'quiet_from' | 'quiet_until') => (event: Event) =>
      this.put({ [name]: (event.target as HTMLInputElement).value });
    return html`
      <fieldset>
        <legend>${t('remind.quiet')}</legend>
        <p class="note">${t('remind.quiet.about')}</p>
        <label>
          <input
            type="time"
            name="quiet-from"
            aria-label=${t('remind.quiet.from')}
            .value=${said.quiet_from ?? ''}
            @change=${put('quiet_from')}
          />
          <span aria-hidden="true">–</span>
          <input
            type="time"
            name="quiet-until"
            aria-label=${t('remind.quiet.until')}
            .value=${said.quiet_until ?? ''}
            @change=${put('quiet_until')}
          />
        </label>
      </fieldset>
    `;
  }

  private async load(): Promise<void> {
    const answer = await ask<Reminders>('GET', 'me/reminders');
    this.trouble = answer.kind === 'done' ? null : 'remind.trouble';
    if (answer.kind !== 'done') return;
    this.said = answer.said;
    this.here = answer.said.browsers > 0 && (await subscribed()) !== null;
  }

  /** Shown at once and told after what was chosen before it: two quick taps are two choices. */
  private put(changed: Partial<ReminderChoice>): void {
    if (this.said === null) return;
    this.said = { ...this.said, ...changed };
    this.saved = false;
    this.untold += 1;
    this.telling = this.telling.then(() => this.tell());
  }

  /** What is shown is what is kept: after a trouble it is read again. */
  private async tell(): Promise<void> {
    this.untold -= 1;
    // What was chosen since goes with the last of them.
    if (this.said === null || this.untold > 0) return;
    const answer = await ask('PUT', 'me/reminders', choiceOf(this.said));
    if (answer.kind !== 'done') await this.load();
    this.trouble = answer.kind === 'done' ? null : 'remind.trouble';
    this.saved = answer.kind === 'done' && this.untold === 0;
  }

  private async join(key: string): Promise<void> {
    const found = await subscribe(key);
    if (found.kind !== 'done') {
      this.trouble = found.kind === 'refused' ? 'remind.browser.refused' : 'remind.browser.none';
      this.requestUpdate();
      return;
    }
    const answer = await ask('POST', 'me/reminders/browsers', found.browser);
    this.trouble = answer.kind === 'done' ? null : 'remind.trouble';
    this.here = answer.kind === 'done';
    this.saved = this.here;
    this.requestUpdate();
  }

  private async leave(): Promise<void> {
    const endpoint = await unsubscribe();
    if (endpoint !== null) await ask('POST', 'me/reminders/browsers/forget', { endpoint });
    this.here = false;
    this.saved = true;
  }
}

/** This installation can, and this browser. */
function canBePushed(said: Reminders): boolean {
  return said.push_key !== '' && canPush();
}

function none() {
  return html`
    <p data-testid="remind-none">${t('remind.none')}</p>
  `;
}

function choiceOf(said: Reminders): ReminderChoice {
  return {
    wording: said.wording ?? 'plain',
    before: said.before ?? [],
    by_mail: said.by_mail ?? false,
    quiet_from: said.quiet_from ?? '',
    quiet_until: said.quiet_until ?? '',
    tongue: language(),
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  };
}
