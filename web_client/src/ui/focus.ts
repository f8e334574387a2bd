/** Where the focus is, and where it goes with a new page. */

import type { LitElement } from 'lit';

/** The element with the focus, through every shadow. */
export function deepActive(): HTMLElement | null {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active instanceof HTMLElement ? active : null;
}

/** A new page is read from its heading: in the next frame, for to focus lays out what is there by then. */
export function focusHeading(page: LitElement): void {
  const focus = (): void => page.renderRoot.querySelector('h1')?.focus();
  void page.updateComplete.then(() => requestAnimationFrame(focus));
}
