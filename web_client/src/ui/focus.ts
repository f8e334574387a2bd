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

/**
 * What has the focus may be gone with the next change of the page: then it goes to what stands for that, and not to
 * the top of the page, where nobody was.
 */
export class FocusKeeper {
  private had: HTMLElement | null = null;
  /** The element that it is part of, by its name: what is gone knows no more of that. */
  private host = '';

  /** Before the change. */
  mark(): void {
    this.had = deepActive();
    const root = this.had?.getRootNode();
    this.host = root instanceof ShadowRoot ? root.host.localName : '';
  }

  /** After it. Only what was within an element whose name is `within` is stood for. */
  restore(within: RegExp, instead: () => HTMLElement | null | undefined): void {
    const { had } = this;
    this.had = null;
    if (had === null || had.isConnected || deepActive() !== document.body) return;
    if (within.test(this.host)) instead()?.focus({ preventScroll: true });
  }
}

const STOPS = 'button, a[href], input, select, textarea, summary, audio[controls], video[controls]';

/** Where Tab comes by within `root`, in order, through every shadow; of a group of choices, the one that it stops at. */
export function tabStops(root: ParentNode): HTMLElement[] {
  const found: HTMLElement[] = [];
  for (const element of root.querySelectorAll('*')) {
    if (element instanceof HTMLElement && element.matches(STOPS) && isStop(element))
      found.push(element);
    if (element.shadowRoot !== null) found.push(...tabStops(element.shadowRoot));
  }
  return found;
}

function isStop(element: HTMLElement): boolean {
  if (element.tabIndex < 0 || element.matches(':disabled') || element.closest('[inert]') !== null)
    return false;
  // What has no box is hidden.
  return element.getClientRects().length > 0 && !isPassedOver(element);
}

/** Of several choices with one name, Tab stops at the chosen one; where none is, at any. */
function isPassedOver(element: HTMLElement): boolean {
  if (!(element instanceof HTMLInputElement) || element.type !== 'radio' || element.checked)
    return false;
  const root = element.getRootNode() as ParentNode;
  const alike = root.querySelectorAll<HTMLInputElement>('input[type=radio]:checked');
  return [...alike].some(({ name }) => name === element.name);
}
