/** The one sheet a session has open, if any. The session behind it goes on. */

import { html, nothing, type TemplateResult } from 'lit';

import './devices-sheet';
import './help-sheet';
import './more-sheet';
import './parting-sheet';
import type { Way } from './parting-sheet';
import './question-sheet';
import './recording-ask';
import type { Question } from './question-sheet';
import './timeline-sheet';
import './trust';
import type { Call } from '../media/call';
import type { ParticipantView, Recording, Role } from '../protocol/wire';
import { isRunning, type RecordingView } from '../recording/view';

export type Asking =
  | 'leave'
  | 'end'
  | 'not-ended'
  | 'trust'
  | 'more'
  | 'recording'
  | 'devices'
  | 'help'
  | 'timeline'
  | null;

export interface SheetSetting {
  readonly asking: Asking;
  readonly call: Call;
  readonly people: readonly ParticipantView[];
  readonly person: Role;
  /** What this person is asked, when no other sheet is open. */
  readonly question: Question | null;
  /** What was last told of recording, and what is shown of it. */
  readonly recording: Recording | null;
  readonly view: RecordingView | null;
  /** Who asks, or who is large. */
  readonly name: string;
  readonly other: ParticipantView | null;
  /** The speaker in use; empty for the system's own choice. */
  readonly speaker: string;
}

type Drawn = (setting: SheetSetting) => TemplateResult | typeof nothing;

const SHEETS: Readonly<Record<NonNullable<Asking>, Drawn>> = {
  trust: trustSheet,
  leave: ({ recording }) => parting('leave', recording),
  end: ({ recording }) => parting('end', recording),
  'not-ended': ({ recording }) => parting('end', recording, true),
  more: moreSheet,
  recording: recordingSheet,
  help: ({ person }) => html`
    <qr-help-sheet ?exit=${person === 'client'}></qr-help-sheet>
  `,
  devices: ({ call, speaker }) => html`
    <qr-devices-sheet .call=${call} .speaker=${speaker}></qr-devices-sheet>
  `,
  timeline: ({ call }) => html`
    <qr-timeline-sheet .view=${call.timeline.read(performance.now())}></qr-timeline-sheet>
  `,
};

export function roomSheet(setting: SheetSetting) {
  const { asking, question, name } = setting;
  return asking === null ? asked(question, name) : SHEETS[asking](setting);
}

function trustSheet({ call, people, recording, view }: SheetSetting) {
  return html`
    <qr-trust-sheet
      .people=${people.concat(call.others.filter(({ presence }) => presence === 'offline'))}
      .you=${call.session.room.you}
      .encrypted=${call.link.encrypted}
      .cipher=${call.link.cipher}
      ?kept=${call.session.room.hour !== null}
      .call=${call}
      .recording=${recording}
      .view=${view}
    ></qr-trust-sheet>
  `;
}

function parting(way: Way, recording: Recording | null, failed = false) {
  return html`
    <qr-parting-sheet
      .way=${way}
      ?recorded=${isRunning(recording)}
      ?failed=${failed}
    ></qr-parting-sheet>
  `;
}

function asked(question: Question | null, name: string) {
  if (question === null) return nothing;
  return html`
    <qr-question-sheet .question=${question} .name=${name}></qr-question-sheet>
  `;
}

function recordingSheet({ call, recording }: SheetSetting) {
  if (recording === null) return nothing;
  return html`
    <qr-recording-ask .call=${call} .recording=${recording}></qr-recording-ask>
  `;
}

function moreSheet({ call, person, other, recording }: SheetSetting) {
  const guides = person === 'counsellor';
  return html`
    <qr-more-sheet
      .microphone=${call.own.isOn('audio')}
      .camera=${call.own.isOn('video')}
      .guides=${guides ? other : null}
      .steady=${guides ? call.session.room.steady : null}
      ?timeline=${guides}
      .why=${whyOf(recording, guides)}
    ></qr-more-sheet>
  `;
}

/** Why it cannot be asked for now, `''` where it can; null for whom it is not to be asked at all. */
function whyOf(recording: Recording | null, guides: boolean): string | null {
  if (recording === null) return null;
  if (recording.you_may_ask) return '';
  return guides ? recording.why_not : null;
}
