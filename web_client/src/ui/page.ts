/** The layout of the quiet pages around a session: the room above, the words below. */

import { css } from 'lit';

export const pageLayout = css`
  main {
    min-block-size: calc(100vh - 72px);
    min-block-size: calc(var(--room-height, 100dvh) - 72px);
    display: flex;
    flex-direction: column;
    align-items: center;
    justify-content: center;
    gap: clamp(16px, 4vh, 40px);
    padding: 0 24px clamp(24px, 8vh, 80px);
  }
  qr-scene {
    inline-size: min(520px, 100%);
    block-size: clamp(150px, 38vh, 340px);
  }
  .words {
    display: flex;
    flex-direction: column;
    align-items: center;
    text-align: center;
    gap: 12px;
    inline-size: 100%;
    max-inline-size: 600px;
  }
  h1 {
    font-size: var(--headline);
    font-weight: 600;
    line-height: 1.35;
    text-wrap: balance;
  }
  .sub {
    color: var(--ink-2);
    max-inline-size: 60ch;
    text-wrap: balance;
    margin-block-end: 12px;
  }
  @media (max-width: 420px) {
    h1 {
      font-size: 1.5rem;
    }
  }
`;
