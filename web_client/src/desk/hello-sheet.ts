/** A counsellor's own words to who comes to them, in the face that is kept for what a person wrote. */

import { css, html } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';

import { DeskElement, fields, trouble } from './desk-element';
import { troubleOf } from './views';
import { base, buttons } from '../ui/element';
import '../ui/sheet';
import { count, type Key, t } from '../i18n/language';
import type { Contact, Introduction } from '../protocol/bodies';

const MOST = 300;

@customElement('qr-hello-sheet')
export class HelloSheet extends DeskElement {
  static override styles = [
    base,
    buttons,
    fields,
    css`
      :host {
        display: contents;
      }
      /* Words of a person: this face is for nothing else. */
      textarea {
        font-family:
          'Kaiti SC', STKaiti, KaiTi, BiauKai, 'Iowan Old Style', Charter, Georgia,
          'Noto Serif CJK SC', serif;
        font-size: 1.25rem;
        line-height: 1.6;
        min-block-size: 8em;
        resize: vertical;
      }
      textarea:lang(en) {
        font-family: 'Iowan Old Style', Charter, Georgia, 'Kaiti SC', STKaiti, KaiTi, serif;
      }
      .row {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 16px;
      }
      .about {
        color: var(--ink-2);
      }
    `,
  ];

  /** Whose words: one's own id. */
  @property() person = '';
  @state() private loaded = false;
  @state() private length = 0;
  @state() private saving = false;
  @state() private saved = false;
  @state() private trouble: Key | null = null;
  @query('textarea') private readonly input!: HTMLTextAreaElement;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
  }

  override render() {
    return html`
      <qr-sheet heading=${t('desk.hello')}>
        <form @submit=${(event: SubmitEvent) => void this.save(event)}>
          <label>
            <span class="about">${t('desk.hello.about')}</span>
            <textarea
              maxlength=${MOST}
              rows="5"
              ?disabled=${!this.loaded}
              data-testid="hello-words"
              @input=${() => this.handleInput()}
            ></textarea>
            <span class="hint">${t('desk.hello.left', { count: count(MOST - this.length) })}</span>
          </label>
          ${trouble(this.trouble)}
          <div class="row">
            <button
              type="submit"
              class="primary"
              ?disabled=${!this.loaded || this.saving}
              data-testid="hello-save"
            >
              ${t(this.saving ? 'desk.sending' : 'desk.hello.save')}
            </button>
            <span role="status" data-testid="hello-saved">
              ${this.saved ? t('desk.hello.saved') : ''}
            </span>
          </div>
        </form>
      </qr-sheet>
    `;
  }

  /** What was written before is shown first: nobody's words are overwritten unseen. */
  private async load(): Promise<void> {
    const answer = await this.ask<Contact>('GET', `people/${this.person}/contact`);
    this.trouble = troubleOf(answer);
    if (answer.kind !== 'done') return;
    await this.updateComplete;
    this.input.value = answer.said.hello ?? '';
    this.length = this.input.value.length;
    this.loaded = true;
  }

  private handleInput(): void {
    this.length = this.input.value.length;
    this.saved = false;
  }

  private async save(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (this.saving) return;
    this.saving = true;
    const body: Introduction = { hello: this.input.value.trim() };
    const answer = await this.ask('PUT', 'me/hello', body);
    this.saving = false;
    this.trouble = troubleOf(answer);
    this.saved = answer.kind === 'done';
  }
}
