/**
 * Whether an element can really be seen: in the page, in the window, of some size, and under nothing.
 *
 * Rule 1: inside of another page's frame the browser itself is asked whether anything lies over it, is see-through
 * or bent (Intersection Observer v2): what that page does to the frame is not seen from here.
 * Rule 2: nobody looks at a hidden page.
 */

const WHOLE = 0.9;
/** The least delay that browsers allow for it, in ms. */
const DELAY_MS = 100;

interface Entry extends IntersectionObserverEntry {
  /** Only where visibility is tracked. */
  readonly isVisible?: boolean;
}

export class IndicatorWatch {
  private inView = false;
  private readonly observer: IntersectionObserver;
  private readonly onVisibility = (): void => this.changed();

  constructor(
    private readonly element: Element,
    private readonly changed: () => void,
  ) {
    const framed = window.self !== window.top;
    const options = { threshold: [0, WHOLE, 1], ...(framed ? TRACKED : {}) };
    this.observer = new IntersectionObserver((entries) => {
      this.handle(entries.at(-1), framed);
    }, options);
    this.observer.observe(element);
    document.addEventListener('visibilitychange', this.onVisibility);
  }

  stop(): void {
    this.observer.disconnect();
    document.removeEventListener('visibilitychange', this.onVisibility);
  }

  get seen(): boolean {
    return this.inView && document.visibilityState === 'visible' && isDrawn(this.element);
  }

  private handle(entry: Entry | undefined, framed: boolean): void {
    if (entry === undefined) return;
    // A browser that does not track visibility says nothing of it; one that does must say yes.
    const covered = framed && !(entry.isVisible ?? true);
    this.inView = entry.isIntersecting && entry.intersectionRatio >= WHOLE && !covered;
    this.changed();
  }
}

const TRACKED = { trackVisibility: true, delay: DELAY_MS } as const;

function isDrawn(element: Element): boolean {
  if (!element.isConnected || element.getClientRects().length === 0) return false;
  // Older browsers: what has a box is taken to be drawn.
  const check = (element as Partial<Element>).checkVisibility?.bind(element);
  return check?.({ opacityProperty: true, visibilityProperty: true }) ?? true;
}
