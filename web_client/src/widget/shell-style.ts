/** The shell's few styles, as a sheet of its own: no inline style, so a strict host page allows it. */

export function shellStyle(): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { display: block; font-family: var(--quietroom-font, sans-serif); }
    :host([hidden]) { display: none; }
    iframe {
      display: block; inline-size: 100%; block-size: 640px; border: 0;
      border-radius: var(--quietroom-radius, 14px); background: var(--quietroom-ground, #edf1ef);
    }
    p { margin: 0 0 8px; color: #1d2a28; }
    button {
      min-block-size: 48px; padding: 8px 16px; margin-block-start: 4px;
      font: inherit; color: #2a5a85; background: none; border: 0; cursor: pointer;
      text-decoration: underline; text-underline-offset: 4px;
    }
    button:focus-visible, iframe:focus-visible { outline: 3px solid #2a5a85; outline-offset: 2px; }
  `);
  return sheet;
}
