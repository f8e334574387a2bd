import { describe, expect, it, vi } from 'vitest';

import { type Chosen, MOST_BYTES, Uploads } from '../../src/thread/uploads';
import type { Answer, ask } from '../../src/protocol/rest';
import type { Code } from '../../src/protocol/wire';
import { FakeTimers } from '../support/fakes';
import { MemoryVault } from '../support/vault';

const PIECE = 4;

/** What a gateway has of a file, and how it answers; a test can let it say something else. */
class FakeGateway {
  readonly asked: string[] = [];
  readonly files = new Map<string, number[]>();
  readonly messages: string[] = [];
  readonly trouble: (Answer<never> | null)[] = [];

  readonly ask = ((method: string, path: string, body?: unknown) => {
    this.asked.push(`${method} ${path.replace(/^threads\/t\/files\//, '')}`);
    return Promise.resolve(this.trouble.shift() ?? this.answer(method, path, body));
  }) as typeof ask;

  private answer(method: string, path: string, body: unknown): Answer<unknown> {
    const [id = '', what = ''] = path.replace(/^threads\/t\/files\//, '').split('/');
    const have = this.files.get(id) ?? [];
    this.files.set(id, have);
    if (what === 'message') this.messages.push(id);
    if (body instanceof ArrayBuffer) have.push(...new Uint8Array(body));
    if (method === 'DELETE') this.files.delete(id);
    return { kind: 'done', said: { received: have.length, bytes: 10, piece: PIECE } };
  }
}

const TEN = new Blob([new Uint8Array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])]);

function chosen(bytes: Blob = TEN): Chosen {
  return { kind: 'file', name: 'letter.pdf', bytes, ms: 0 };
}

function refused(code: Code): Answer<never> {
  return { kind: 'refused', code };
}

async function uploads(vault = new MemoryVault(), gateway = new FakeGateway()) {
  const timers = new FakeTimers();
  const lost = vi.fn();
  let next = 1;
  const made = new Uploads({
    vault,
    owner: () => 'zhang',
    ask: gateway.ask,
    timers,
    name: () => `file-${next++}`,
    changed: () => undefined,
    lost,
  });
  await made.load();
  return { made, vault, gateway, timers, lost };
}

async function settle(): Promise<void> {
  await new Promise((done) => setTimeout(done, 0));
}

describe('a file on its way', () => {
  it('goes in pieces, is a message once, and leaves nothing behind', async () => {
    const { made, gateway, vault } = await uploads();
    await made.add('t', chosen());
    await settle();
    expect(gateway.files.get('file-1')).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(gateway.messages).toEqual(['file-1']);
    expect(gateway.asked).toEqual([
      'PUT file-1',
      'POST file-1/pieces?at=0',
      'POST file-1/pieces?at=4',
      'POST file-1/pieces?at=8',
      'POST file-1/message',
    ]);
    expect(made.of('t')).toEqual([]);
    expect([vault.kept.size, vault.keptBytes.size]).toEqual([0, 0]);
  });

  it('goes on where the gateway has it, after a dead line and in the next page', async () => {
    const first = await uploads();
    first.gateway.trouble.push(null, null, { kind: 'unreachable' });
    await first.made.add('t', chosen());
    await settle();
    expect(first.made.of('t')[0]?.sent).toBe(4);
    first.made.stop();
    const next = await uploads(first.vault, first.gateway);
    expect(next.made.of('t').map(({ name }) => name)).toEqual(['letter.pdf']);
    next.made.hurry();
    await settle();
    expect(first.gateway.files.get('file-1')).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(first.gateway.messages).toEqual(['file-1']);
  });

  it('waits longer each time where it is put off, and not at all when the line is back', async () => {
    const { made, gateway, timers } = await uploads();
    gateway.trouble.push(refused('busy'), refused('busy'));
    await made.add('t', chosen());
    await settle();
    expect(timers.pauses).toEqual([1_000]);
    timers.pass(1_000);
    await settle();
    expect(timers.pauses).toEqual([2_000]);
    made.hurry();
    await settle();
    expect(gateway.messages).toEqual(['file-1']);
    expect(timers.pauses).toEqual([]);
  });

  it('that is not taken says why, does not hold up the next, and can be given up', async () => {
    const { made, gateway, vault } = await uploads();
    gateway.trouble.push(refused('file_refused'));
    await made.add('t', chosen());
    await made.add('t', chosen());
    await settle();
    expect(made.of('t').map(({ id, code }) => [id, code])).toEqual([['file-1', 'file_refused']]);
    expect(gateway.messages).toEqual(['file-2']);
    made.retry('file-1');
    await settle();
    expect(gateway.messages).toEqual(['file-2', 'file-1']);
    await made.add('t', { ...chosen(), kind: 'voice' });
    made.discard('file-3');
    await settle();
    expect(made.of('t')).toEqual([]);
    expect(gateway.asked.at(-1)).toBe('DELETE file-3');
    expect(vault.kept.size).toBe(0);
  });

  it('too large, or empty, is not even begun', async () => {
    const { made, gateway } = await uploads();
    const large = { size: MOST_BYTES + 1 } as Blob;
    await made.add('t', chosen(large));
    await made.add('t', chosen(new Blob([])));
    await settle();
    expect(made.of('t').map(({ code }) => code)).toEqual(['too_large', 'file_refused']);
    expect(gateway.asked).toEqual([]);
  });

  it('lives as long as the page where the browser keeps nothing, and its owner is told', async () => {
    const { made, gateway, lost } = await uploads(new MemoryVault(false));
    await made.add('t', chosen());
    await settle();
    expect(lost).toHaveBeenCalled();
    expect(gateway.messages).toEqual(['file-1']);
  });

  it('of one person is not sent by another who uses the browser', async () => {
    const first = await uploads();
    first.gateway.trouble.push({ kind: 'unreachable' });
    await first.made.add('t', chosen());
    await settle();
    const gateway = new FakeGateway();
    const next = new Uploads({
      vault: first.vault,
      owner: () => 'li',
      ask: gateway.ask,
      timers: new FakeTimers(),
      name: () => 'another',
      changed: () => undefined,
      lost: () => undefined,
    });
    await next.load();
    next.push();
    await settle();
    expect(next.of('t')).toEqual([]);
    expect(gateway.asked).toEqual([]);
  });
});
