/** C12, what was agreed to and what was erased: signed, and checked here without asking anybody. */

import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';

import { dataCard } from './card-style';
import { printProof } from './proof-print';
import { mayUndo, proofLines, proofsInOrder, proofTitle, saidIn, whichLine } from './proof-words';
import { check, digitsOf, fileOf, proofOf, undoAddress, type Verdict } from './proofs';
import { momentOf } from '../i18n/dates';
import { t } from '../i18n/language';
import type { Proof, RecordingSeen } from '../protocol/bodies';
import { base, buttons, QuietElement } from '../ui/element';

/** So many before somebody asks for all. */
const FIRST = 3;
/** Of a file; a certificate of thousands of files has less. */
const MOST_BYTES = 4_000_000;

type Checked = Verdict | 'checking';

@customElement('qr-proofs')
export class Proofs extends QuietElement {
  static override styles = [
    base,
    buttons,
    dataCard,
    css`
      .proofs {
        display: grid;
        gap: 12px;
      }
      .card {
        display: grid;
        gap: 8px;
      }
      /* What proves that something is gone is what somebody looks for first. */
      .erasure {
        border-inline-start: 4px solid var(--qing);
        border-start-start-radius: 4px;
        border-end-start-radius: 4px;
      }
      .erasure h3 {
        font-size: var(--sentence);
      }
      dl {
        display: grid;
        grid-template-columns: minmax(5em, auto) minmax(0, 1fr);
        gap: 2px 16px;
        margin: 0;
      }
      dt {
        color: var(--ink-2);
      }
      dd {
        margin: 0;
      }
      .acts {
        gap: 8px 16px;
      }
      .verdict {
        border: 1px solid transparent;
        display: grid;
        gap: 4px;
        padding: 12px 16px;
        border-radius: var(--round-control);
        background: var(--sunken);
      }
      .verdict.good strong {
        color: var(--qing);
      }
      .verdict.bad {
        color: var(--zhe);
        background: var(--zhe-ground);
      }
      .verdict strong {
        font-weight: 600;
      }
      code,
      pre {
        font-family: ui-monospace, 'Cascadia Mono', 'DejaVu Sans Mono', monospace;
        font-size: var(--caption);
      }
      pre {
        margin: 0;
        padding: 12px;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
        border-radius: var(--round-control);
        background: var(--sunken);
      }
      a {
        color: var(--dai);
        text-decoration-thickness: 1px;
        text-underline-offset: 4px;
      }
      summary,
      .file {
        display: inline-flex;
        align-items: center;
        min-block-size: 44px;
        color: var(--dai);
        cursor: pointer;
        text-decoration: underline;
        text-decoration-thickness: 1px;
        text-underline-offset: 4px;
      }
      .file:focus-within {
        outline: 3px solid var(--dai);
        outline-offset: 2px;
      }
    `,
  ];

  @property({ attribute: false }) items: readonly Proof[] = [];
  /** Those that are known by more than their ids. */
  @property({ attribute: false }) recordings: readonly RecordingSeen[] = [];
  @property({ type: Number }) now = Date.now();
  @state() private all = false;
  @state() private checked: ReadonlyMap<string, Checked> = new Map();
  /** One from a file; 'none' where it was no receipt. */
  @state() private saved: Proof | 'none' | null = null;

  override render() {
    return html`
      ${this.own()} ${this.fromFile()}
    `;
  }

  private own() {
    const items = proofsInOrder(this.items);
    if (items.length === 0)
      return html`
        <p class="quiet" data-testid="no-proofs">${t('recs.proofs.none')}</p>
      `;
    const shown = this.all ? items : items.slice(0, FIRST);
    return html`
      <ul class="proofs">
        ${repeat(
          shown,
          ({ id }) => id,
          (proof) => html`
            <li>${this.proof(proof)}</li>
          `,
        )}
      </ul>
      ${
        shown.length === items.length
          ? nothing
          : html`
              <button class="link start" data-testid="all-proofs" @click=${() => (this.all = true)}>
                ${t('recs.more', { count: items.length })}
              </button>
            `
      }
    `;
  }

  /** What somebody has saved is read here, and sent to nobody. */
  private fromFile() {
    const { saved } = this;
    return html`
      <label class="file">
        ${t('recs.proof.open')}
        <input
          class="unseen"
          type="file"
          accept="application/json,.json"
          data-testid="open-proof"
          @change=${(event: Event) => void this.open(event.target as HTMLInputElement)}
        />
      </label>
      <div role="status">${saved === 'none' ? t('recs.proof.open.none') : nothing}</div>
      ${
        saved === null || saved === 'none'
          ? nothing
          : html`
              <div data-testid="saved-proof">${this.proof(saved)}</div>
            `
      }
    `;
  }

  private async open(input: HTMLInputElement): Promise<void> {
    const file = input.files?.[0];
    if (file === undefined) return;
    this.saved = (file.size > MOST_BYTES ? null : proofOf(await file.text())) ?? 'none';
    input.value = '';
    if (this.saved !== 'none') await this.check(this.saved);
  }

  private proof(proof: Proof) {
    const title = t(proofTitle(proof));
    const when = momentOf(proof.at);
    const known = { recordings: this.recordings, proofs: this.items };
    const lines = [...whichLine(proof, known), ...proofLines(proof, this.now)];
    const undo = mayUndo(proof, known) ? undoAddress(location.origin) : '';
    return html`
      <article
        class="card ${proof.kind}"
        data-testid="proof"
        data-kind=${proof.kind}
        aria-label="${title}, ${when}"
      >
        <div>
          <h3 tabindex="-1" data-recording=${recordingOf(proof)}>${title}</h3>
          <p class="small">${when}</p>
        </div>
        ${
          isOfAll(proof)
            ? html`
                <p>${t('recs.proof.gone')}</p>
              `
            : nothing
        }
        <dl>
          ${lines.map(
            ([key, words]) => html`
              <dt>${t(key)}</dt>
              <dd>${words}</dd>
            `,
          )}
          ${undo === '' ? nothing : this.undoing(undo)}
        </dl>
        <div class="acts">
          <button class="plain" data-testid="check" @click=${() => void this.check(proof)}>
            ${t('recs.proof.check')}
          </button>
          <button class="link start" data-testid="save" @click=${() => save(proof, undo)}>
            ${t('recs.proof.save')}
          </button>
          <button
            class="link start"
            data-testid="print"
            @click=${() => void printProof({ proof, title, lines, undo })}
          >
            ${t('recs.proof.print')}
          </button>
        </div>
        <div role="status">${this.verdict(proof)}</div>
        <details>
          <summary>${t('recs.proof.text')}</summary>
          <pre lang="en" data-testid="proof-text">${proof.text}</pre>
        </details>
      </article>
    `;
  }

  /** On this page it is a step up; the address is for paper, and for another window. */
  private undoing(undo: string) {
    const lead = (event: Event): void => {
      event.preventDefault();
      this.say('see-recordings');
    };
    return html`
      <dt>${t('recs.proof.undo')}</dt>
      <dd>
        <a data-testid="undo" href=${undo} @click=${lead}>
          ${t('recs.proof.undo.how', { where: t('recs.data') })}
        </a>
      </dd>
    `;
  }

  /** Lead to the certificate of one recording. */
  async showErasure(recording: string): Promise<void> {
    const found = `.erasure h3[data-recording="${CSS.escape(recording)}"]`;
    await this.updateComplete;
    if (this.renderRoot.querySelector(found) === null) this.all = true;
    await this.updateComplete;
    const heading = this.renderRoot.querySelector<HTMLElement>(found);
    heading?.focus({ preventScroll: true });
    heading?.closest('article')?.scrollIntoView({ block: 'center' });
  }

  private verdict({ id, key }: Proof) {
    const verdict = this.checked.get(id);
    if (verdict === undefined) return nothing;
    return html`
      <div class="verdict ${verdict}" data-testid="verdict" data-verdict=${verdict}>
        <p><strong>${t(`recs.proof.${verdict}`)}</strong></p>
        ${
          verdict === 'good'
            ? html`
                <p>
                  ${t('recs.proof.good.key')}
                  <br />
                  <code>${digitsOf(key)}</code>
                </p>
                <p class="small">${t('recs.proof.good.about')}</p>
              `
            : nothing
        }
      </div>
    `;
  }

  private async check(proof: Proof): Promise<void> {
    this.note(proof.id, 'checking');
    // A page without TLS has none, whatever its type says.
    const subtle = crypto.subtle as SubtleCrypto | undefined;
    this.note(proof.id, await check(proof, subtle).catch((): Verdict => 'unable'));
  }

  private note(id: string, checked: Checked): void {
    this.checked = new Map([...this.checked, [id, checked]]);
  }
}

/** Of one part alone the rest may still be there. */
function isOfAll({ kind, text }: Proof): boolean {
  return kind === 'erasure' && saidIn(text).whole === true;
}

function recordingOf({ text }: Proof): string {
  const { recording } = saidIn(text);
  return typeof recording === 'string' ? recording : '';
}

/** The file's name says nothing of anybody. */
function save(proof: Proof, undo: string): void {
  const url = URL.createObjectURL(new Blob([fileOf(proof, undo)], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `receipt-${proof.id.slice(0, 8)}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
