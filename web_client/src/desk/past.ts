/** The pages of what stays of hours that are over: change over time, and recordings. */

import { html } from 'lit';

import './change';
import type { View } from './views';
import '../recordings/player';
import { recordingsPage } from '../recordings/recordings-page';

type Past = Extract<View, { kind: 'change' | 'recording' | 'recordings' }>;

export function isPast(view: View): view is Past {
  return view.kind === 'change' || view.kind === 'recording' || view.kind === 'recordings';
}

/** `returns`: there is a day to go back to. */
export function pastPage(view: Past, names: ReadonlyMap<string, string>, returns: boolean) {
  if (view.kind === 'recordings') return recordingsPage(returns);
  if (view.kind === 'recording')
    return html`
      <qr-player .recording=${view.recording}></qr-player>
    `;
  return html`
    <qr-change .person=${view.person} .name=${names.get(view.person) ?? ''}></qr-change>
  `;
}
