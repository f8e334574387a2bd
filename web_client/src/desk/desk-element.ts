/** What every part of the desk shares: one way to ask, one way to stay fresh, one look. */

import { css, html, nothing } from 'lit';

import { gateAfter } from './views';
import { QuietElement } from '../ui/element';
import { type Key, t } from '../i18n/language';
import { type Answer, ask, type Method } from '../protocol/rest';

export abstract class DeskElement extends QuietElement {
  /** Whether the page asks by itself just now, and nobody did anything. */
  protected unattended = false;

  /** Ask the gateway; who has to sign in or unlock first is told by the desk, not here. */
  protected async ask<T>(
    method: Method,
    path: string,
    body?: unknown,
    unattended = this.unattended,
  ): Promise<Answer<T>> {
    const answer = await ask<T>(method, path, body, { unattended });
    if (answer.kind === 'refused') {
      const gate = gateAfter(answer.code);
      if (gate !== null) this.say('gate', gate);
    }
    return answer;
  }

  /** Do this now, and again every so often while somebody can see it. */
  protected everyWhileSeen(ms: number, job: () => void): void {
    const ifSeen = (): void => {
      this.unattended = true;
      if (document.visibilityState === 'visible') job();
      this.unattended = false;
    };
    job();
    const timer = window.setInterval(ifSeen, ms);
    document.addEventListener('visibilitychange', ifSeen);
    this.while(() => window.clearInterval(timer));
    this.while(() => document.removeEventListener('visibilitychange', ifSeen));
  }
}

/** The one line of what went wrong: always in the page, so that it is heard when it fills. */
export function trouble(key: Key | null) {
  return html`
    <p class="trouble ${key === null ? 'none' : ''}" role="status" data-testid="trouble">
      ${key === null ? nothing : t(key)}
    </p>
  `;
}

export const deskLayout = css`
  main {
    inline-size: min(760px, 100%);
    margin-inline: auto;
    padding: 16px 24px 64px;
  }
  main.small {
    inline-size: min(480px, 100%);
  }
  h1 {
    font-size: var(--headline);
    font-weight: 600;
    line-height: 1.35;
    overflow-wrap: anywhere;
  }
  h2 {
    font-size: var(--sentence);
    line-height: 1.4;
    margin-block: 24px 8px;
  }
  .sub {
    color: var(--ink-2);
    max-inline-size: 60ch;
    margin-block-start: 4px;
  }
  .card {
    background: var(--surface);
    border-radius: var(--round-card);
    padding: 20px 24px;
    margin-block-start: 16px;
  }
  .card > h2:first-child {
    margin-block-start: 0;
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
  }
  .trouble {
    color: var(--amber);
    background: var(--amber-ground);
    border-radius: var(--round-control);
    padding: 8px 16px;
    margin-block-start: 16px;
  }
  .trouble.none {
    padding: 0;
    margin: 0;
  }
  a {
    color: var(--dai);
    text-underline-offset: 4px;
  }
  a.tall {
    display: inline-flex;
    align-items: center;
    min-block-size: 48px;
  }
  dl {
    margin: 0;
    display: grid;
    grid-template-columns: minmax(6em, auto) minmax(0, 1fr);
    gap: 4px 16px;
    align-items: baseline;
  }
  dt {
    color: var(--ink-2);
  }
  dd {
    margin: 0;
    overflow-wrap: anywhere;
  }
  @media (max-width: 480px) {
    main {
      padding-inline: 16px;
    }
    .card {
      padding: 16px;
    }
    dl {
      grid-template-columns: minmax(0, 1fr);
      gap: 0;
    }
    dd {
      margin-block-end: 8px;
    }
  }
`;

export const fields = css`
  form {
    display: grid;
    gap: 16px;
    margin-block-start: 24px;
  }
  label {
    display: grid;
    gap: 4px;
  }
  label .hint {
    color: var(--ink-2);
    font-size: var(--caption);
  }
  input,
  textarea {
    font: inherit;
    color: var(--ink);
    background: var(--surface);
    border: 1px solid var(--edge);
    border-radius: var(--round-control);
    min-block-size: 48px;
    inline-size: 100%;
    padding: 8px 12px;
  }
  .secret {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 8px;
  }
  button[type='submit'] {
    justify-self: start;
  }
`;
