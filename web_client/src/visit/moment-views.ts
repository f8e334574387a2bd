/** The questions before an hour, one to a view. What they ask is kept by the element that shows them. */

import { html, nothing } from 'lit';

import type { Draft, Field } from './draft';
import { type Key, t } from '../i18n/language';
import type { Caller, Near } from '../protocol/bodies';

export interface Asked {
  readonly name: string;
  readonly draft: Draft;
  /** What was left open when the person wanted to go on. */
  readonly missing: readonly Field[];
  /** Whether this device is to remember. */
  readonly ticked: boolean;
  /** Whether it does from last time. */
  readonly remembers: boolean;
  readonly change: (change: Partial<Draft>) => void;
  readonly tick: (ticked: boolean) => void;
  readonly asLastTime: () => void;
}

const CALLERS: readonly Caller[] = ['counsellor', 'client', 'nobody'];
const NEAR: readonly Near[] = ['nobody', 'somebody', 'not_sure'];

export function placeView(asked: Asked) {
  return html`
    ${heading('visit.place.title', t('visit.emergency'))}
    ${textField(asked, 'place', 'visit.place.label', t('visit.place.hint'))}
    ${
      asked.remembers
        ? html`
            <button
              class="plain"
              type="button"
              data-testid="as-last-time"
              @click=${() => asked.asLastTime()}
            >
              ${t('visit.same')}
            </button>
          `
        : nothing
    }
    <label class="tick">
      <input
        type="checkbox"
        data-testid="remember"
        aria-describedby="remember-hint"
        .checked=${asked.ticked}
        @change=${(event: Event) => asked.tick((event.target as HTMLInputElement).checked)}
      />
      <span>
        ${t('visit.remember')}
        <span class="hint" id="remember-hint">${t('visit.remember.hint')}</span>
      </span>
    </label>
  `;
}

export function phoneView(asked: Asked) {
  return html`
    ${heading('visit.phone.title')} ${textField(asked, 'phone', 'visit.phone.label')}
    ${choices(asked, 'caller', t('visit.caller', { name: asked.name }), CALLERS)}
  `;
}

export function contactView(asked: Asked) {
  return html`
    ${heading('visit.contact.title', t('visit.emergency'))}
    ${textField(asked, 'contactName', 'visit.contact.name')}
    ${textField(asked, 'contactPhone', 'visit.contact.phone')}
  `;
}

export function nearView(asked: Asked) {
  const { name, draft } = asked;
  const heard = draft.near === 'somebody' || draft.near === 'not_sure';
  return html`
    ${heading('visit.near.title', t('visit.near.who', { name }))}
    ${choices(asked, 'near', t('visit.near.title'), NEAR)}
    <div role="status" data-testid="near-offer">${heard ? nearOffer(name) : nothing}</div>
  `;
}

function nearOffer(name: string) {
  return html`
    <div class="offer">
      <p>${t('visit.near.headphones', { name })}</p>
      <p>${t('visit.near.text')}</p>
      <p>${t('visit.near.other', { name })}</p>
    </div>
  `;
}

export function heading(title: Key, sub = '') {
  return html`
    <div>
      <h1 tabindex="-1">${t(title)}</h1>
      ${
        sub === ''
          ? nothing
          : html`
              <p class="sub">${sub}</p>
            `
      }
    </div>
  `;
}

type TextField = 'place' | 'phone' | 'contactName' | 'contactPhone';

/** Without `autocomplete`: the browser is to keep nothing that the person did not ask it to keep. */
function textField(asked: Asked, field: TextField, label: Key, hint = '') {
  const isPhone = field === 'phone' || field === 'contactPhone';
  const missing = asked.missing.includes(field);
  const described = [hint === '' ? '' : `${field}-hint`, missing ? `${field}-wrong` : ''];
  return html`
    <div class="field">
      <label for=${field}>${t(label)}</label>
      <p class="hint" id=${`${field}-hint`} ?hidden=${hint === ''}>${hint}</p>
      <input
        id=${field}
        data-testid=${field}
        type=${isPhone ? 'tel' : 'text'}
        autocomplete="off"
        maxlength=${isPhone ? 40 : 300}
        required
        .value=${asked.draft[field]}
        aria-invalid=${missing ? 'true' : 'false'}
        aria-describedby=${described.join(' ').trim() || nothing}
        @input=${(event: Event) => asked.change({ [field]: (event.target as HTMLInputElement).value })}
      />
      ${missing ? wrong(field) : nothing}
    </div>
  `;
}

/** Answers of one kind: each looks like the others, and none is chosen beforehand. */
function choices(
  asked: Asked,
  field: 'caller' | 'near',
  legend: string,
  values: readonly string[],
) {
  const missing = asked.missing.includes(field);
  return html`
    <fieldset
      class=${missing ? 'open' : ''}
      aria-describedby=${missing ? `${field}-wrong` : nothing}
    >
      <legend class=${field === 'near' ? 'unseen' : ''}>${legend}</legend>
      <div class="choices">
        ${values.map(
          (value) => html`
            <label class="choice">
              <input
                type="radio"
                name=${field}
                value=${value}
                data-testid=${`${field}-${value}`}
                .checked=${asked.draft[field] === value}
                @change=${() => asked.change({ [field]: value })}
              />
              <span>${t(`visit.${field}.${value}` as Key)}</span>
            </label>
          `,
        )}
      </div>
      ${missing ? wrong(field) : nothing}
    </fieldset>
  `;
}

function wrong(field: Field) {
  return html`
    <p class="wrong" id=${`${field}-wrong`} data-testid="missing">${t(`visit.missing.${field}`)}</p>
  `;
}
