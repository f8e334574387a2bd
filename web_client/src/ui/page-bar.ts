/** The top of every page: language, and the way out. */

import { css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';

import { base, buttons, QuietElement } from './element';
import { type Language, language, setLanguage, t } from '../i18n/language';

@customElement('qr-page-bar')
export class PageBar extends QuietElement {
  static override styles = [
    base,
    buttons,
    css`
      :host {
        display: flex;
        align-items: center;
        gap: 8px;
        flex-wrap: wrap;
      }
      .languages {
        display: flex;
      }
      .languages button {
        padding: 8px 10px;
        color: var(--ink-2);
      }
      .languages button[aria-pressed='true'] {
        color: var(--ink);
        font-weight: 600;
        text-decoration: underline;
        text-decoration-thickness: 2px;
        text-underline-offset: 6px;
      }
      .exit {
        margin-inline-start: auto;
        border-color: var(--edge);
        background: var(--surface);
        padding-inline: 16px;
      }
      .exit:hover {
        background: var(--sunken);
      }
      /* One line, so that a face has room on the smallest phone. */
      @media (max-width: 360px) {
        .languages button {
          padding-inline: 6px;
        }
        .exit {
          padding-inline: 8px;
        }
      }
    `,
  ];

  /** Whether this page's person may need to be gone at once. */
  @property({ type: Boolean }) exit = false;

  override render() {
    return html`
      <div class="languages" role="group" aria-label=${t('lang.switch')}>
        ${this.choice('zh-CN', '中文', 'lang-zh')} ${this.choice('en', 'English', 'lang-en')}
      </div>
      ${
        this.exit
          ? html`
              <button
                class="exit"
                data-testid="quick-exit"
                aria-label=${t('exit.quick.label')}
                @click=${() => this.say('quick-exit')}
              >
                ${t('exit.quick')}
              </button>
            `
          : nothing
      }
    `;
  }

  private choice(tag: Language, name: string, id: string) {
    return html`
      <button
        lang=${tag}
        data-testid=${id}
        aria-pressed=${language() === tag}
        @click=${() => setLanguage(tag)}
      >
        ${name}
      </button>
    `;
  }
}
