/** The frame of a visit: its bar, and a page under it. */

import { css } from 'lit';

export const visitStyle = css`
  .bar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    padding: 12px 16px;
  }
  .bar qr-page-bar {
    flex: 1;
  }
  /* Too narrow for all in one line: what is one's own has a line of its own. */
  @media (max-width: 560px) {
    .bar {
      justify-content: flex-end;
    }
    .bar qr-page-bar {
      flex-basis: 100%;
    }
  }
  :host([data-view='messages']) {
    display: flex;
    flex-direction: column;
    block-size: 100dvh;
  }
  qr-messages {
    flex: 1;
  }
  .opening {
    padding: 24px;
    text-align: center;
  }
`;
