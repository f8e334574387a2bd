/** The one thing above the controls that a device or a hint has to say, if any. */

import { html, nothing } from 'lit';

import './device-note';
import './hint';
import type { Call } from '../media/call';

export function roomNote(call: Call, link: string) {
  const trouble = call.own.trouble;
  const hint = call.hints.first;
  if (trouble === null && hint === null) return nothing;
  if (trouble === null || hint === 'interrupted') {
    return html`
      <qr-hint .hint=${hint} .level=${call.watch.batteryPercent}></qr-hint>
    `;
  }
  return html`
    <qr-device-note
      .trouble=${trouble.trouble}
      .kind=${trouble.kind}
      .link=${link}
    ></qr-device-note>
  `;
}
