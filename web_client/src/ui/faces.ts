/** The others in the room: one of them large, the rest in a row below, each a tap away from large. */

import { css, html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';

import './tile';
import { t } from '../i18n/language';
import type { Call } from '../media/call';
import { own } from '../protocol/room';
import type { ParticipantView } from '../protocol/wire';

export const facesLayout = css`
  .faces {
    block-size: 100%;
  }
  .face {
    position: relative;
    block-size: 100%;
  }
  .several {
    --row: clamp(72px, 20%, 144px);
    display: flex;
    flex-wrap: wrap;
    align-content: flex-start;
    justify-content: center;
    gap: 8px;
    overflow-y: auto;
  }
  .several .face {
    flex: none;
    order: 1;
    block-size: var(--row);
    aspect-ratio: 4 / 3;
  }
  .several .large {
    order: 0;
    inline-size: 100%;
    block-size: calc(100% - var(--row) - 8px);
    aspect-ratio: auto;
  }
  .several .small qr-tile {
    border-radius: var(--round-card);
  }
  .pick {
    position: absolute;
    inset: 0;
    display: flex;
    align-items: end;
    padding: 6px;
    border-radius: var(--round-card);
  }
  .pick span {
    max-inline-size: 100%;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    padding: 2px 8px;
    border-radius: var(--round-card);
    background: var(--surface);
    color: var(--ink);
    font-size: var(--caption);
  }
`;

export interface Faces {
  readonly call: Call;
  /** Who is in the room, in the roster's order: a face keeps its place in the page. */
  readonly people: readonly ParticipantView[];
  readonly large: string;
  readonly speaker: string;
  /** Somebody's tap: show this one large. */
  readonly choose: (participant: string) => void;
}

export function faces(given: Faces): TemplateResult {
  const { people } = given;
  return html`
    <div class="faces ${people.length > 1 ? 'several' : ''}">
      ${repeat(
        people,
        ({ id }) => id,
        (person) => face(person, given),
      )}
    </div>
  `;
}

function face(person: ParticipantView, { call, large, speaker, choose }: Faces): TemplateResult {
  const isLarge = person.id === large;
  return html`
    <div
      class="face ${isLarge ? 'large' : 'small'}"
      @picture=${(event: Event) => !isLarge && event.stopPropagation()}
    >
      <qr-tile
        .name=${person.name}
        .present=${true}
        .camera=${person.camera}
        .dim=${call.link.state !== 'connected' || person.link === 'disconnected'}
        .audioTrack=${call.received(person.id, 'audio')}
        .videoTrack=${call.received(person.id, 'video')}
        .still=${person.camera ? call.still(person.id) : null}
        .headline=${isLarge ? person.name : ''}
        .detail=${''}
        .beside=${isLarge && !person.camera && call.own.track('video') !== null}
        .soundFine=${call.link.hears && hasSound(call, person)}
        .speaker=${speaker}
        .pictures=${call.pictures}
      ></qr-tile>
      ${
        isLarge
          ? nothing
          : html`
              <button
                class="pick"
                data-testid="show-large"
                aria-label=${t('room.show.large', { name: person.name })}
                @click=${() => choose(person.id)}
              >
                <span>${person.name}</span>
              </button>
            `
      }
    </div>
  `;
}

/** Where either line carries text alone, a voice that comes in scraps is not fine. */
function hasSound({ session }: Call, { rung }: ParticipantView): boolean {
  return rung !== 'text' && own(session.room)?.rung !== 'text';
}
