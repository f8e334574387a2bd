import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Host } from '../../src/ui/host';
import { envelope } from '../../src/widget/envelope';

const CLINIC = 'https://clinic.example';
const ID = 'nonce-1';

type Listener = (event: unknown) => void;

/** The few things of a framed page that the host's talk needs. */
function frame() {
  const posted: [unknown, string][] = [];
  const parent = {
    postMessage: (message: unknown, origin: string) => posted.push([message, origin]),
  };
  let listener: Listener = () => undefined;
  vi.stubGlobal('window', {
    parent,
    addEventListener: (_: string, added: Listener) => (listener = added),
    removeEventListener: () => undefined,
  });
  vi.stubGlobal('document', { body: { scrollHeight: 600 } });
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe(): void {
        // nothing resizes here
      }
      disconnect(): void {
        // nothing resizes here
      }
    },
  );
  const receive = (data: unknown, origin = CLINIC, source: unknown = parent): void =>
    listener({ data, origin, source });
  return { posted, receive };
}

describe('the embedded page', () => {
  let page: ReturnType<typeof frame>;
  let wishes: [string, unknown?][];

  beforeEach(() => {
    page = frame();
    wishes = [];
    const host = new Host({
      token: (token) => wishes.push(['token', token]),
      language: (language) => wishes.push(['language', language]),
      leave: () => wishes.push(['leave']),
    });
    host.start();
  });

  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('answers the first hello of its parent, to that origin', () => {
    page.receive(envelope('hello', ID, { lang: 'en' }));
    expect(page.posted).toEqual([
      [{ v: 1, type: 'ready', id: ID, data: { microphone: null, camera: null } }, CLINIC],
    ]);
    expect(wishes).toEqual([['language', 'en']]);
  });

  it('takes a token, a language and a leave from it, and nothing else', () => {
    page.receive(envelope('hello', ID));
    page.receive(envelope('token', ID, { token: 'secret' }));
    page.receive(envelope('lang', ID, { lang: 'zh-CN' }));
    page.receive(envelope('leave', ID));
    for (const type of ['camera', 'microphone', 'role', 'consent', 'enableCamera']) {
      page.receive(envelope(type, ID, { on: true, role: 'counsellor' }));
    }
    expect(wishes).toEqual([['token', 'secret'], ['language', 'zh-CN'], ['leave']]);
  });

  it('takes nothing before a hello', () => {
    page.receive(envelope('token', ID, { token: 'secret' }));
    expect(wishes).toEqual([]);
    expect(page.posted).toEqual([]);
  });

  it('keeps to the origin it trusted first', () => {
    page.receive(envelope('hello', ID));
    page.receive(envelope('hello', 'nonce-2'), 'https://evil.example');
    page.receive(envelope('token', ID, { token: 'forged' }), 'https://evil.example');
    page.receive(envelope('token', 'nonce-2', { token: 'forged' }));
    expect(wishes).toEqual([]);
    expect(page.posted).toHaveLength(1);
  });

  it('hears nobody but its parent, and no page without an origin', () => {
    page.receive(envelope('hello', ID), CLINIC, {});
    page.receive(envelope('hello', ID), 'null');
    expect(page.posted).toEqual([]);
  });
});
