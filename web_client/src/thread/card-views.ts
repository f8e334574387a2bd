/** How what is no plain text stands in a thread: a file, a voice note, a feeling, what somebody hopes for. */

import { css, html, nothing } from 'lit';

import { feelingLines } from './feeling-lines';
import { feelingOf, fileOf, fileWords, hopesOf, sizeOf } from './file-words';
import type { Upload } from './uploads';
import './voice-note';
import { fill, type Key, percent, t } from '../i18n/language';
import type { FileCard, HopesCard, Message } from '../protocol/wire';

const MOST_TALL = 320;

export const linesStyle = css`
  .label {
    font-size: var(--caption);
    color: var(--ink-2);
  }
  .words {
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  .words + .label {
    margin-block-start: 8px;
  }
`;

export const cardStyle = css`
  .said {
    padding: 12px 16px;
    border: 1px solid var(--hair);
    border-radius: var(--round-card);
    background: var(--surface);
    overflow-wrap: anywhere;
    inline-size: fit-content;
    max-inline-size: 100%;
    unicode-bidi: isolate;
  }
  .mine .said {
    background: var(--sunken);
    margin-inline-start: auto;
  }
  .picture {
    display: block;
    inline-size: fit-content;
    max-inline-size: 100%;
  }
  .mine .picture {
    margin-inline-start: auto;
  }
  .picture img {
    display: block;
    block-size: auto;
    max-inline-size: 100%;
    border-radius: var(--round-card);
    background: var(--sunken);
  }
  .file {
    display: grid;
    gap: 2px;
    color: inherit;
    text-decoration: none;
    min-block-size: 48px;
  }
  .file .name {
    color: var(--dai);
    text-decoration: underline;
    text-underline-offset: 4px;
  }
  progress {
    inline-size: 100%;
    min-inline-size: 160px;
    block-size: 6px;
    accent-color: var(--qing);
  }
`;

/** A message as its card; null of what is plain text, or is no longer kept. */
export function cardView(message: Message, thread: string) {
  const file = fileOf(message);
  if (file !== null) return fileView(file, addressOf(thread, file.file));
  const feeling = feelingOf(message);
  if (feeling !== null)
    return html`
      <div class="said" data-testid="feeling-card">${feelingLines(feeling)}</div>
    `;
  const hopes = hopesOf(message);
  return hopes === null ? null : hopesView(hopes);
}

function addressOf(thread: string, file: string): string {
  return `/api/v1/threads/${thread}/files/${file}`;
}

function fileView(card: FileCard, address: string) {
  if (card.type === 'voice')
    return html`
      <div class="said" data-testid="voice-note">
        <qr-voice-note .address=${address} .ms=${card.ms}></qr-voice-note>
      </div>
    `;
  return card.type === 'picture' ? pictureView(card, address) : documentView(card, address);
}

/** Drawn anew by the gateway, and therefore the one kind of file a page shows. */
function pictureView({ name, width, height }: FileCard, address: string) {
  // Its place is there before it is: nothing moves when it comes.
  const scale = Math.min(1, MOST_TALL / height);
  return html`
    <a class="picture" href=${address} download=${name} data-testid="picture">
      <img
        src=${address}
        width=${Math.round(width * scale)}
        height=${Math.round(height * scale)}
        loading="lazy"
        decoding="async"
        alt=${t('file.picture', { name })}
      />
    </a>
  `;
}

function documentView(card: FileCard, address: string) {
  const about = fill('{type} · {size}', {
    type: t(`file.type.${card.type}`),
    size: sizeOf(card.bytes),
  });
  return html`
    <a
      class="said file"
      href=${address}
      download=${card.name}
      data-testid="file"
      aria-label=${`${t('file.save', { name: card.name })}. ${about}`}
    >
      <span class="name">${card.name}</span>
      <span class="label">${about}</span>
    </a>
  `;
}

function hopesView(card: HopesCard) {
  return html`
    <div class="said" data-testid="hopes-card">${hopesLines(card)}</div>
  `;
}

export function hopesLines({ hopes, worries }: Pick<HopesCard, 'hopes' | 'worries'>) {
  return html`
    ${linesOf('hopes.hopes', hopes)} ${linesOf('hopes.worries', worries)}
  `;
}

function linesOf(what: Key, lines: string) {
  if (lines === '') return nothing;
  return html`
    <p class="label">${t(what)}</p>
    <p class="words" dir="auto" .textContent=${lines}></p>
  `;
}

/** One that is on its way: what it is, and how much of it is there. */
export function uploadView(upload: Upload) {
  const share = upload.size === 0 ? 0 : upload.sent / upload.size;
  const type = upload.kind === 'voice' ? ('voice' as const) : null;
  return html`
    <div class="said" data-testid="upload">
      <p>${type === null ? upload.name : fileWords(voiceCard(upload))}</p>
      ${
        upload.code === null
          ? html`
              <progress
                max="1"
                .value=${share}
                aria-label=${t('file.sending', { share: percent(share) })}
              ></progress>
            `
          : nothing
      }
    </div>
  `;
}

function voiceCard({ id, name, size, ms }: Upload): FileCard {
  return { file: id, name, type: 'voice', bytes: size, width: 0, height: 0, ms };
}
