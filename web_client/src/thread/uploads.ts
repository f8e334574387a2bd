/**
 * Files and voice notes on their way into a thread: kept, sent piece by piece, gone on with, until they are
 * messages.
 *
 * Rule 1: a file is kept in this browser, sealed, before its first piece goes: a page that is closed, or a
 * line that is lost, costs nothing but time. Where the browser keeps nothing it lives as long as the page,
 * and its owner is told so.
 * Rule 2: one at a time. How far it is, is what the gateway says, each time anew.
 * Rule 3: nothing is dropped in silence. What the gateway will not have is shown as that.
 */

import type { Vault } from './vault';
import type { BeginFile, Coming, FileKind } from '../protocol/bodies';
import type { Answer, ask } from '../protocol/rest';
import type { Timers } from '../protocol/returning';
import type { Code } from '../protocol/wire';

export const MOST_BYTES = 20_000_000;

/** One that is not a message yet. */
export interface Upload {
  readonly id: string;
  readonly owner: string;
  readonly thread: string;
  readonly kind: FileKind;
  readonly name: string;
  readonly size: number;
  /** How long a voice note is, by the recorder's clock. */
  readonly ms: number;
  /** How much of it is there. */
  readonly sent: number;
  /** Why it cannot be sent; null of one that is on its way. */
  readonly code: Code | null;
}

/** What somebody chose, or recorded. */
export interface Chosen {
  readonly kind: FileKind;
  readonly name: string;
  readonly bytes: Blob;
  readonly ms: number;
}

export interface UploadsOptions {
  readonly vault: Vault;
  /** Whose browser this is; empty until it is known. */
  readonly owner: () => string;
  readonly ask: typeof ask;
  readonly timers: Timers;
  /** An id that nobody has used. */
  readonly name: () => string;
  readonly changed: () => void;
  /** Is told as soon as the browser keeps nothing, or no more. */
  readonly lost: () => void;
}

const META = 'upload ';
const BYTES = 'bytes ';
const PUT_OFF: ReadonlySet<Code> = new Set(['busy', 'rate_limited', 'locked']);
const PUT_OFF_MS = 1_000;
const LONGEST_MS = 30_000;

type Outcome = 'sent' | 'put_off' | { readonly failed: Code };

export class Uploads {
  private items: readonly Upload[] = [];
  private readonly held = new Map<string, ArrayBuffer>();
  private running = false;
  private stopped = false;
  private putOffs = 0;
  private timer: number | null = null;

  constructor(private readonly options: UploadsOptions) {}

  /** What earlier pages have left. */
  async load(): Promise<void> {
    for (const text of (await this.options.vault.all(META)).values()) {
      const found = parse(text);
      if (found !== null) this.items = [...this.items, found];
    }
  }

  of(thread: string): readonly Upload[] {
    const owner = this.options.owner();
    return this.items.filter((each) => each.thread === thread && each.owner === owner);
  }

  async add(thread: string, chosen: Chosen): Promise<void> {
    const { owner, name, vault, lost } = this.options;
    const { kind, bytes, ms } = chosen;
    const about = { id: name(), owner: owner(), thread, kind, name: chosen.name, ms, sent: 0 };
    if (bytes.size > MOST_BYTES || bytes.size === 0) {
      const code = bytes.size === 0 ? 'file_refused' : 'too_large';
      this.put({ ...about, size: bytes.size, code });
      return;
    }
    const plain = await bytes.arrayBuffer();
    const upload: Upload = { ...about, size: plain.byteLength, code: null };
    this.put(upload);
    const kept = await vault.saveBytes(BYTES + upload.id, plain);
    if (kept) await this.keep(upload);
    else {
      this.held.set(upload.id, plain);
      lost();
    }
    this.push();
  }

  /** There is something to send. */
  push(): void {
    if (this.timer !== null) return;
    void this.run();
  }

  /** The line is back: what was put off need not wait. */
  hurry(): void {
    if (this.timer !== null) this.options.timers.clear(this.timer);
    this.timer = null;
    this.putOffs = 0;
    this.push();
  }

  /** Its owner wants one that could not be sent tried again. */
  retry(id: string): void {
    this.change(id, { code: null });
    this.push();
  }

  /** Its owner gives it up. */
  discard(id: string): void {
    const found = this.items.find((each) => each.id === id);
    if (found === undefined) return;
    this.forget(found);
    void this.options.ask('DELETE', path(found));
  }

  stop(): void {
    this.stopped = true;
    if (this.timer !== null) this.options.timers.clear(this.timer);
  }

  private async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    try {
      for (let next = this.due(); next !== undefined; next = this.due()) {
        const outcome = await this.send(next);
        if (outcome === 'put_off') {
          this.putOff();
          return;
        }
        this.putOffs = 0;
        if (outcome === 'sent') this.forget(next);
        else this.change(next.id, { code: outcome.failed });
      }
    } finally {
      this.running = false;
    }
  }

  private due(): Upload | undefined {
    const owner = this.options.owner();
    if (this.stopped || owner === '') return undefined;
    return this.items.find((each) => each.code === null && each.owner === owner);
  }

  private async send(upload: Upload): Promise<Outcome> {
    const plain = this.held.get(upload.id) ?? (await this.options.vault.bytes(BYTES + upload.id));
    if (plain === null) return { failed: 'not_found' };
    const wanted: BeginFile = { kind: upload.kind, name: upload.name, bytes: upload.size };
    let answer = await this.options.ask<Coming>('PUT', path(upload), wanted);
    while (answer.kind === 'done' && answer.said.received < upload.size) {
      if (!this.isWanted(upload)) return 'sent';
      const { received, piece } = answer.said;
      this.change(upload.id, { sent: received });
      const next = plain.slice(received, received + piece);
      const more = await this.options.ask<Coming>(
        'POST',
        `${path(upload)}/pieces?at=${received}`,
        next,
      );
      // What does not grow would be said for ever.
      if (more.kind === 'done' && more.said.received <= received) return 'put_off';
      answer = more;
    }
    if (answer.kind !== 'done') return outcomeOf(answer);
    this.change(upload.id, { sent: upload.size });
    const sent = await this.options.ask('POST', `${path(upload)}/message`);
    return sent.kind === 'done' ? 'sent' : outcomeOf(sent);
  }

  private isWanted({ id }: Upload): boolean {
    return !this.stopped && this.items.some((each) => each.id === id);
  }

  private putOff(): void {
    if (this.stopped) return;
    const pause = Math.min(PUT_OFF_MS * 2 ** this.putOffs++, LONGEST_MS);
    this.timer = this.options.timers.set(() => {
      this.timer = null;
      this.push();
    }, pause);
  }

  private put(upload: Upload): void {
    this.items = [...this.items, upload];
    this.options.changed();
  }

  private change(id: string, to: Partial<Upload>): void {
    this.items = this.items.map((each) => (each.id === id ? { ...each, ...to } : each));
    const changed = this.items.find((each) => each.id === id);
    // How far it is, is asked for anew: of what is kept only an end matters.
    if (changed !== undefined && 'code' in to && !this.held.has(id)) void this.keep(changed);
    this.options.changed();
  }

  private forget({ id }: Upload): void {
    this.items = this.items.filter((each) => each.id !== id);
    this.held.delete(id);
    void this.options.vault.save(META + id, null);
    void this.options.vault.saveBytes(BYTES + id, null);
    this.options.changed();
  }

  private async keep(upload: Upload): Promise<void> {
    if (!(await this.options.vault.save(META + upload.id, JSON.stringify(upload))))
      this.options.lost();
  }
}

function path({ thread, id }: Upload): string {
  return `threads/${thread}/files/${id}`;
}

function outcomeOf(answer: Exclude<Answer<unknown>, { kind: 'done' }>): Outcome {
  if (answer.kind === 'unreachable' || PUT_OFF.has(answer.code)) return 'put_off';
  return { failed: answer.code };
}

function parse(text: string): Upload | null {
  try {
    const value = JSON.parse(text) as Partial<Upload> | null;
    if (value === null || typeof value.id !== 'string' || typeof value.size !== 'number')
      return null;
    return value as Upload;
  } catch {
    return null;
  }
}
