/** Where time was lost in this session so far, for the counsellor to look up. */

import { css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';

import { base, QuietElement } from './element';
import './gap-list';
import './sheet';
import { t } from '../i18n/language';
import type { TimelineView } from '../media/timeline';

@customElement('qr-timeline-sheet')
export class TimelineSheet extends QuietElement {
  static override styles = [
    base,
    css`
      :host {
        display: contents;
      }
    `,
  ];

  @property({ attribute: false }) view!: TimelineView;

  override render() {
    return html`
      <qr-sheet place="dock" heading=${t('timeline.title')}>
        <qr-gap-list .view=${this.view}></qr-gap-list>
      </qr-sheet>
    `;
  }
}
