/**
 * Somebody is beside a person, off camera, with no page of their own: a tap says so, and another that they are gone.
 *
 * Who could be heard has to agree, and nobody can ask them here: meanwhile nothing is recorded, nor asked.
 */

import { css, html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import { base, buttons, QuietElement } from './element';
import { send } from './recording-acts';
import { type Key, t } from '../i18n/language';
import type { Call } from '../media/call';
import type { Recording } from '../protocol/wire';

@customElement('qr-company')
export class Company extends QuietElement {
  static override styles = [
    base,
    buttons,
    css`
      :host {
        display: grid;
        justify-items: start;
        gap: 6px;
        margin-block-start: 12px;
      }
      p {
        color: var(--ink-2);
        font-size: var(--caption);
      }
    `,
  ];

  @property({ attribute: false }) call!: Call;
  @property({ attribute: false }) recording!: Recording;
  @state() private trouble: Key | null = null;

  override render() {
    const there = this.recording.you_beside;
    return html`
      <button class="plain" data-testid="company" @click=${() => void this.tell(!there)}>
        ${t(there ? 'rec.beside.gone' : 'rec.beside')}
      </button>
      <p role="status">${t(this.trouble ?? (there ? 'rec.beside.now' : 'rec.beside.about'))}</p>
    `;
  }

  private async tell(there: boolean): Promise<void> {
    this.trouble = await send(this.call, { type: 'say_beside', there });
  }
}
