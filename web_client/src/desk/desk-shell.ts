/** The desk's frame: its page, and beside it the panel for a danger. */

import { css } from 'lit';

import { QuietElement } from '../ui/element';
import { focusHeading } from '../ui/focus';

const PAGES =
  'qr-today, qr-hour-card, qr-hour-after, qr-change, qr-player, qr-recordings, qr-messages, qr-sign-in, qr-unlock, main[data-gate]';

/** The focus goes to the heading of the page that is shown. */
export function readFromHeading(desk: ParentNode): void {
  const page = desk.querySelector(PAGES);
  if (!(page instanceof QuietElement)) page?.querySelector('h1')?.focus();
  else focusHeading(page);
}

export const deskShell = css`
  .desk {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
  }
  .desk[data-view='messages'] > div {
    display: flex;
    flex-direction: column;
    block-size: 100dvh;
  }
  qr-messages {
    flex: 1;
  }
  header {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0 16px;
    padding: 12px 16px;
  }
  .who {
    color: var(--ink-2);
    margin-inline-start: auto;
    overflow-wrap: anywhere;
  }
  qr-safety {
    position: sticky;
    inset-block-start: 0;
    align-self: start;
    inline-size: 360px;
  }
  /* Too narrow for a room and a panel: the panel is a sheet of its own, and the room goes on. */
  @media (max-width: 1279px) {
    qr-safety {
      inline-size: 320px;
    }
  }
  @media (max-width: 999px) {
    qr-safety {
      position: fixed;
      inset: 0;
      z-index: 30;
      inline-size: 100%;
    }
  }
`;
