/** How large this page shows the others: told to the gateway, so that nobody sends more than is seen. */

import type { PictureSize, Reply, Watch } from '../protocol/wire';

export type Sizes = Readonly<Record<string, PictureSize>>;

/** After a refusal for haste the last layout is told this much later. */
const AGAIN_MS = 1_000;
const NONE = '{}';

export interface ViewingOptions {
  /** Rejects without a connection. */
  readonly send: (watch: Watch) => Promise<Reply>;
  readonly later: (callback: () => void, ms: number) => unknown;
}

export class Viewing {
  private sizes: Sizes = {};
  /** What the gateway holds, as far as this page knows. */
  private told: string | null = NONE;
  private known = false;
  private busy = false;

  constructor(private readonly options: ViewingOptions) {}

  /** The page's layout, the whole of it. */
  show(sizes: Sizes): void {
    this.sizes = sizes;
    void this.tell();
  }

  /** A new connection. A room that has held this seat before has kept its layout too. */
  handleWelcome(resumed: boolean): void {
    if (!resumed) this.told = NONE;
    else if (!this.known) this.told = null;
    this.known = true;
    void this.tell();
  }

  private async tell(): Promise<void> {
    const wanted = JSON.stringify(this.sizes);
    if (this.busy || !this.known || wanted === this.told) return;
    this.busy = true;
    const reply = await this.options
      .send({ type: 'watch', sizes: { ...this.sizes } })
      .catch(() => null);
    this.busy = false;
    if (reply?.type === 'done') {
      this.told = wanted;
      void this.tell();
    } else if (reply !== null) {
      this.options.later(() => void this.tell(), AGAIN_MS);
    }
    // Without a connection the next welcome brings it.
  }
}

/** One person large, the others small; somebody alone is what the gateway assumes. */
export function sizesOf(people: readonly { readonly id: string }[], large: string | null): Sizes {
  if (people.length < 2) return {};
  return Object.fromEntries(
    people.map(({ id }) => [id, id === large ? 'large' : ('small' as const)] as const),
  );
}
