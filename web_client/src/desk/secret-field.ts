/** A password that can be looked at while it is written: a label, the field, one button. */

import { html } from 'lit';

import { t } from '../i18n/language';

interface SecretField {
  readonly name: string;
  readonly label: string;
  readonly autocomplete: 'current-password' | 'new-password';
  readonly shown: boolean;
  readonly turn: () => void;
}

export function secretField({ name, label, autocomplete, shown, turn }: SecretField) {
  return html`
    <div>
      <label for=${name}>${label}</label>
      <div class="secret">
        <input
          id=${name}
          name=${name}
          type=${shown ? 'text' : 'password'}
          autocomplete=${autocomplete}
          autocapitalize="none"
          spellcheck="false"
          required
          data-testid=${name}
        />
        <button
          type="button"
          class="plain"
          aria-pressed=${shown}
          data-testid="${name}-show"
          @click=${turn}
        >
          ${t(shown ? 'desk.hide' : 'desk.show')}
        </button>
      </div>
    </div>
  `;
}

/** What a form's field holds. */
export function written(form: HTMLFormElement, name: string): string {
  const value = new FormData(form).get(name);
  return typeof value === 'string' ? value : '';
}
