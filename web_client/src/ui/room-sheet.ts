/** The one sheet a session has open, if any. The session behind it goes on. */

import { html, nothing } from 'lit';

import './devices-sheet';
import './help-sheet';
import './more-sheet';
import './parting-sheet';
import './question-sheet';
import type { Question } from './question-sheet';
import './timeline-sheet';
import './trust';
import type { Call } from '../media/call';
import type { ParticipantView, Role } from '../protocol/wire';

export type Asking =
  'leave' | 'end' | 'not-ended' | 'trust' | 'more' | 'devices' | 'help' | 'timeline' | null;

export interface SheetSetting {
  readonly asking: Asking;
  readonly call: Call;
  readonly people: readonly ParticipantView[];
  readonly person: Role;
  /** What this person is asked, when no other sheet is open. */
  readonly question: Question | null;
  /** Who asks, or who is large. */
  readonly name: string;
  readonly other: ParticipantView | null;
  /** The speaker in use; empty for the system's own choice. */
  readonly speaker: string;
}

export function roomSheet(setting: SheetSetting) {
  const { asking, call, people, person, speaker, question, name } = setting;
  switch (asking) {
    case 'trust':
      return html`
        <qr-trust-sheet
          .people=${people.concat(call.others.filter(({ presence }) => presence === 'offline'))}
          .you=${call.session.room.you}
          .encrypted=${call.link.encrypted}
          .cipher=${call.link.cipher}
          ?kept=${call.session.room.hour !== null}
        ></qr-trust-sheet>
      `;
    case 'leave':
    case 'end':
      return html`
        <qr-parting-sheet .way=${asking}></qr-parting-sheet>
      `;
    case 'not-ended':
      return html`
        <qr-parting-sheet way="end" failed></qr-parting-sheet>
      `;
    case 'more':
      return moreSheet(setting);
    case 'help':
      return html`
        <qr-help-sheet ?exit=${person === 'client'}></qr-help-sheet>
      `;
    case 'devices':
      return html`
        <qr-devices-sheet .call=${call} .speaker=${speaker}></qr-devices-sheet>
      `;
    case 'timeline':
      return html`
        <qr-timeline-sheet .view=${call.timeline.read(performance.now())}></qr-timeline-sheet>
      `;
    case null:
      return asked(question, name);
  }
}

function asked(question: Question | null, name: string) {
  if (question === null) return nothing;
  return html`
    <qr-question-sheet .question=${question} .name=${name}></qr-question-sheet>
  `;
}

function moreSheet({ call, person, other }: SheetSetting) {
  const guides = person === 'counsellor';
  return html`
    <qr-more-sheet
      .microphone=${call.own.isOn('audio')}
      .camera=${call.own.isOn('video')}
      .guides=${guides ? other : null}
      .steady=${guides ? call.session.room.steady : null}
      ?timeline=${guides}
    ></qr-more-sheet>
  `;
}
