/**
 * One receipt or certificate on paper, and nothing else of the page: black on white, with all that is needed to check it.
 *
 * It stands in the page only while it is printed. On a screen it is not seen.
 */

import { css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';

import type { Line } from './proof-words';
import { digitsOf } from './proofs';
import { dateFormat } from '../i18n/date-formats';
import { language, t } from '../i18n/language';
import type { Proof } from '../protocol/bodies';
import { base, QuietElement } from '../ui/element';

/** Whatever else there is in the page is left out, and goes to no printer. */
const alone = css`
  @media print {
    html,
    body {
      background: #fff !important;
    }
    body > :not(qr-proof-print) {
      display: none !important;
    }
  }
`;

/** What stands on the paper. */
export interface Printed {
  readonly proof: Proof;
  readonly title: string;
  readonly lines: readonly Line[];
  /** Where it can be undone; empty where there is nothing to undo. */
  readonly undo: string;
}

@customElement('qr-proof-print')
export class ProofPrint extends QuietElement {
  static override styles = [
    base,
    css`
      :host {
        display: none;
      }
      @media print {
        :host {
          display: block;
          padding: 0;
          color: #000;
          background: #fff;
          font-size: 11pt;
          line-height: 1.5;
        }
        h1 {
          font-size: 16pt;
          font-weight: 600;
        }
        dl {
          display: grid;
          grid-template-columns: minmax(9em, max-content) minmax(0, 1fr);
          gap: 4pt 16pt;
          margin: 16pt 0;
          padding-block: 10pt;
          border-block: 1pt solid #000;
        }
        dt {
          font-weight: 600;
        }
        dd {
          margin: 0;
        }
        h2 {
          margin-block: 12pt 4pt;
          font-size: 11pt;
          font-weight: 600;
        }
        code {
          display: block;
          font-family: ui-monospace, 'Cascadia Mono', 'DejaVu Sans Mono', monospace;
          font-size: 9pt;
          white-space: pre-wrap;
          overflow-wrap: anywhere;
        }
        .how {
          margin-block-start: 12pt;
        }
      }
    `,
  ];

  @property({ attribute: false }) printed: Printed | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    const sheet = alone.styleSheet;
    if (sheet === undefined) return;
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    this.while(() => {
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((each) => each !== sheet);
    });
  }

  override render() {
    if (this.printed === null) return nothing;
    const { proof, title, lines, undo } = this.printed;
    return html`
      <article data-testid="proof-print">
        <h1>${title}</h1>
        <p>${dateFormat(language(), 'signed').format(proof.at)}</p>
        <dl>
          ${lines.map(
            ([key, words]) => html`
              <dt>${t(key)}</dt>
              <dd>${words}</dd>
            `,
          )}
          ${
            undo === ''
              ? nothing
              : html`
                  <dt>${t('recs.proof.undo')}</dt>
                  <dd>
                    ${t('recs.proof.undo.how', { where: t('recs.data') })}
                    <br />
                    ${undo}
                  </dd>
                `
          }
        </dl>
        <h2>${t('recs.proof.text')}</h2>
        <code lang="en">${proof.text}</code>
        <h2>${t('recs.proof.signature')}</h2>
        <code>${proof.signature}</code>
        <h2>${t('recs.proof.key')}</h2>
        <code>${proof.key}</code>
        <code>${digitsOf(proof.key)}</code>
        <p class="how">${t('recs.proof.print.how')}</p>
      </article>
    `;
  }
}

/** Print one alone; the page is as it was afterwards. */
export async function printProof(printed: Printed): Promise<void> {
  for (const left of document.querySelectorAll('qr-proof-print')) left.remove();
  const paper = new ProofPrint();
  paper.printed = printed;
  document.body.append(paper);
  await paper.updateComplete;
  window.addEventListener('afterprint', () => paper.remove(), { once: true });
  window.print();
}
