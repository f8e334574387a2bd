/** The gaps of a session, one after the other, in words. */

import { css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';

import { base, QuietElement } from './element';
import { clock, gapWords, lasted } from './gap-words';
import { count, t } from '../i18n/language';
import type { TimelineView } from '../media/timeline';
import type { Gap } from '../media/timeline-parts';

@customElement('qr-gap-list')
export class GapList extends QuietElement {
  static override styles = [
    base,
    css`
      :host {
        text-align: start;
        font-variant-numeric: tabular-nums;
      }
      li {
        display: grid;
        grid-template-columns: 4em minmax(0, 1fr);
        padding-block: 8px;
        border-block-start: 1px solid var(--hair);
      }
      ol {
        margin-block: 8px;
        border-block-end: 1px solid var(--hair);
      }
      .lasts {
        color: var(--amber);
      }
      .sub {
        color: var(--ink-2);
      }
    `,
  ];

  @property({ attribute: false }) view!: TimelineView;

  override render() {
    const { gaps, earlier, sinceMs } = this.view;
    return html`
      <div data-testid="timeline">
        ${this.headline()}
        ${earlier > 0 ? aside(t('timeline.earlier', { count: count(earlier) })) : nothing}
        ${
          gaps.length === 0
            ? nothing
            : html`
                <ol role="list" aria-label=${t('timeline.list')}>
                  ${gaps.map((gap) => this.row(gap))}
                </ol>
              `
        }
        ${sinceMs === null ? nothing : aside(t('timeline.since', { time: clock(sinceMs) }))}
        ${aside(t('timeline.note'))}
      </div>
    `;
  }

  private headline() {
    const { gaps, lostMs, over } = this.view;
    const none = t(over ? 'timeline.none.over' : 'timeline.none');
    const total = t('timeline.total', { length: lasted(lostMs) });
    if (gaps.length > 0 && lostMs === 0) return nothing;
    return html`
      <p>${lostMs === 0 ? none : total}</p>
    `;
  }

  private row(gap: Gap) {
    const words = Math.round(gap.wordsMs / 1_000);
    return html`
      <li class=${gap.lasts ? 'lasts' : ''}>
        <time datetime=${`PT${String(Math.floor(gap.from / 1_000))}S`}>${clock(gap.from)}</time>
        <div>
          <p>${gapWords(gap, this.view.over)}</p>
          ${words > 0 ? aside(t('timeline.words', { count: words })) : nothing}
        </div>
      </li>
    `;
  }
}

function aside(words: string) {
  return html`
    <p class="sub">${words}</p>
  `;
}
