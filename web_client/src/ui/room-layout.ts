/** Where things stand in a session: by a phone's height, by a desk's width. */

import { css } from 'lit';

export const roomLayout = css`
  :host {
    block-size: 100vh;
    block-size: var(--room-height, 100dvh);
    background: linear-gradient(
      180deg,
      color-mix(in oklab, var(--warm-sky) var(--warmth), var(--clear-sky)),
      color-mix(in oklab, var(--warm-floor) var(--warmth), var(--clear-floor))
    );
    color: var(--ink);
  }
  main {
    block-size: 100%;
    display: grid;
    gap: 12px;
    padding: 12px 16px calc(12px + env(safe-area-inset-bottom));
    grid-template:
      'bar bar' auto
      'stage text' minmax(0, 1fr)
      'foot text' auto
      / minmax(0, 1fr) 0;
    column-gap: 0;
  }
  main.with-text {
    grid-template-columns: minmax(0, 1fr) minmax(300px, 360px);
    column-gap: 16px;
  }
  .bar {
    grid-area: bar;
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 4px 16px;
  }
  .stage {
    grid-area: stage;
    position: relative;
    min-block-size: 0;
  }
  qr-tile {
    block-size: 100%;
  }
  footer {
    grid-area: foot;
    display: grid;
    gap: 8px;
    justify-items: center;
  }
  qr-device-note,
  qr-hint {
    inline-size: min(720px, 100%);
  }
  qr-dock {
    inline-size: 100%;
  }
  qr-text-panel {
    grid-area: text;
    min-block-size: 0;
  }
  .line {
    text-align: center;
    padding: 6px 20px;
    border-radius: var(--round-card);
    color: var(--ink-2);
  }
  /* Still in the page, so that the next word in it is heard. */
  .line.none {
    position: absolute;
    padding: 0;
  }
  /* While it is recorded or held: a line of plum round every face, whole or broken. */
  .recorded qr-tile {
    border: 3px solid var(--zi);
  }
  .recorded.hollow qr-tile {
    border-style: dashed;
  }
  main.recorded {
    --own-edge: 3px solid var(--zi);
  }
  main.recorded.hollow {
    --own-edge: 3px dashed var(--zi);
  }
  /* The strip stands over every sheet: they keep clear of it. */
  main.recorded {
    --sheet-most: min(85dvh, 100dvh - 176px);
  }
  /* Who is asked goes on seeing a face, and what they switch off with. */
  main {
    --ask-most: max(180px, min(54dvh, 100dvh - 330px));
  }
  .line.notice {
    background: var(--amber-ground);
    color: var(--amber);
  }
  qr-room-clock {
    margin-inline-end: auto;
  }

  /* The desk: what is known at the left, the face at the top under the camera, text at the right. */
  @media (min-width: 1000px) {
    main.counsellor {
      grid-template:
        'bar stage text' minmax(0, 1fr)
        'bar foot text' auto
        / 216px minmax(0, 1fr) 0;
    }
    main.counsellor.with-text {
      grid-template-columns: 216px minmax(0, 1fr) minmax(300px, 340px);
    }
    .counsellor .bar {
      flex-direction: column;
      align-items: flex-start;
      justify-content: flex-start;
      gap: 20px;
      padding-block-start: 4px;
      margin-inline-end: 16px;
    }
    .counsellor.recorded {
      --sheet-top: 232px;
      --sheet-most: calc(100dvh - 308px);
    }
    .counsellor qr-recording-strip {
      inline-size: 100%;
    }
    .counsellor qr-room-clock {
      padding-inline-start: 12px;
    }
    .counsellor qr-page-bar {
      margin-block-start: auto;
    }
  }

  /* The phone: one thing above the other; text rises over the lower part of the picture. */
  @media (max-width: 999px) {
    main,
    main.with-text {
      grid-template:
        'bar' auto
        'stage' minmax(0, 1fr)
        'foot' auto
        / minmax(0, 1fr);
      padding: 8px 12px calc(8px + env(safe-area-inset-bottom));
      gap: 8px;
    }
    main.with-text {
      grid-template-rows: auto minmax(104px, 2fr) minmax(160px, 3fr) auto;
      grid-template-areas: 'bar' 'stage' 'text' 'foot';
    }
    main.with-text.asked {
      --ask-most: max(180px, 100dvh - 540px);
    }
    .bar {
      flex-wrap: wrap;
    }
  }
  @media (max-width: 400px) {
    main.recorded {
      --sheet-most: min(85dvh, 100dvh - 216px);
    }
  }
  @media (max-width: 640px) {
    .bar qr-page-bar {
      flex: 1 1 100%;
      order: -1;
    }
    /* The way out keeps its place. */
    .bar qr-recording-strip {
      flex: 1 1 100%;
    }
    .bar qr-trust-chip {
      order: 1;
    }
    .bar qr-trust-chip {
      flex: 1 1 auto;
    }
    qr-tile {
      border-radius: var(--round-card);
    }
  }
  /*
   * A small phone: who writes reads, and what one switches off with is never out of sight. Who is alone is told
   * so where the other's picture would be, which needs its room.
   */
  @media (max-width: 999px) and (max-height: 700px) {
    main.with-text.together {
      grid-template-rows: auto minmax(56px, 1fr) minmax(160px, 3fr) auto;
    }
    main.with-text.asked {
      grid-template-rows: auto minmax(0, 1fr) minmax(112px, 2fr) auto;
    }
    main.recorded.asked {
      --ask-most: max(180px, 100dvh - 400px);
    }
    /* No room for two pictures. */
    .asked qr-self-view,
    .recorded.with-text qr-self-view {
      display: none;
    }
  }
  /*
   * A small frame in another page, or a page at 400 %: the room is higher than the window and scrolls. What says
   * that it is recorded stays in sight, or else nothing would be.
   */
  @media (max-height: 520px) {
    :host {
      block-size: auto;
      min-block-size: var(--room-height, 100dvh);
    }
    main.shown {
      padding-block-start: calc(var(--strip, 56px) + 16px);
      --sheet-top: calc(var(--strip, 56px) + 16px);
      --sheet-most: calc(100dvh - var(--strip, 56px) - 24px);
    }
    .bar qr-recording-strip {
      position: fixed;
      inset: 8px 8px auto;
      inline-size: auto;
    }
    .stage {
      min-block-size: 240px;
    }
  }
`;
