/** How to arrive: three equal ways. None is lesser, and none starts a device before its tap. */

import { css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';

import { base, buttons, QuietElement } from './element';
import './icon';
import type { IconName } from './icon';
import { pageLayout } from './page';
import { type Key, t } from '../i18n/language';
import type { Role } from '../protocol/wire';

/** What is on when the person comes in. */
export interface Arrival {
  readonly microphone: boolean;
  readonly camera: boolean;
}

interface Way extends Arrival {
  readonly id: string;
  readonly icon: IconName;
  readonly word: Key;
  readonly more: Key;
}

const WAYS: readonly Way[] = [
  {
    id: 'arrive-text',
    icon: 'text',
    word: 'how.text',
    more: 'how.text.more',
    microphone: false,
    camera: false,
  },
  {
    id: 'arrive-voice',
    icon: 'voice',
    word: 'how.voice',
    more: 'how.voice.more',
    microphone: true,
    camera: false,
  },
  {
    id: 'arrive-video',
    icon: 'camera',
    word: 'how.video',
    more: 'how.video.more',
    microphone: true,
    camera: true,
  },
];

@customElement('qr-how')
export class How extends QuietElement {
  static override styles = [
    base,
    buttons,
    pageLayout,
    css`
      .ways {
        display: grid;
        grid-template-columns: repeat(3, 1fr);
        gap: 16px;
        inline-size: min(760px, 100%);
      }
      .way {
        display: flex;
        flex-direction: column;
        align-items: center;
        gap: 6px;
        padding: 28px 16px;
        border-color: var(--edge);
        border-radius: var(--round-card);
        background: var(--surface);
      }
      .way:hover {
        background: var(--sunken);
        border-color: var(--qing);
      }
      qr-icon {
        color: var(--qing);
        inline-size: 32px;
        block-size: 32px;
        margin-block-end: 8px;
      }
      .word {
        font-size: var(--sentence);
        font-weight: 600;
        line-height: 1.4;
      }
      .more,
      .ask {
        color: var(--ink-2);
      }
      .ask {
        text-align: center;
        max-inline-size: 60ch;
        text-wrap: balance;
      }
      @media (max-width: 640px) {
        .ways {
          grid-template-columns: 1fr;
          gap: 12px;
        }
        .way {
          display: grid;
          grid-template-columns: auto 1fr;
          column-gap: 20px;
          row-gap: 0;
          padding: 16px 20px;
          text-align: start;
          justify-items: start;
        }
        qr-icon {
          grid-row: 1 / 3;
          align-self: center;
          margin: 0;
        }
      }
    `,
  ];

  @property() person: Role = 'client';
  @property() name = '';

  override render() {
    const title =
      this.person === 'counsellor'
        ? t('how.counsellor')
        : this.name === ''
          ? t('how.title')
          : t('how.title.named', { name: this.name });
    return html`
      <main>
        <div class="words">
          <h1 tabindex="-1">${title}</h1>
          <p class="sub">${t('how.any')}</p>
        </div>
        <div class="ways">${WAYS.map((way) => this.way(way))}</div>
        <p class="ask">${t('how.ask')}</p>
      </main>
    `;
  }

  private way({ id, icon, word, more, microphone, camera }: Way) {
    return html`
      <button
        class="way"
        data-testid=${id}
        @click=${() => this.say('arrive', { microphone, camera } satisfies Arrival)}
      >
        <qr-icon name=${icon}></qr-icon>
        <span class="word">${t(word)}</span>
        <span class="more">${t(more)}</span>
      </button>
    `;
  }
}
