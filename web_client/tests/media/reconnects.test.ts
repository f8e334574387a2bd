import { describe, expect, it } from 'vitest';

import { Reconnects } from '../../src/media/reconnects';

/** A path that was up, is lost at 10 s, and is back at 12 s. */
function lost(during: (reconnects: Reconnects) => void): Reconnects {
  const reconnects = new Reconnects();
  reconnects.handleLink(true, 0);
  during(reconnects);
  reconnects.handleLink(false, 10_000);
  reconnects.handleLink(false, 11_000);
  reconnects.handleLink(true, 12_000);
  return reconnects;
}

describe('a media path that was lost and is back', () => {
  it('took from the loss until it was up again', () => {
    expect(lost(() => undefined).untold).toEqual([{ cause: 'network', took_ms: 2_000 }]);
  });

  it('was lost for what was heard shortly before', () => {
    const causes = [
      (r: Reconnects) => r.handleCause('server', 9_000),
      (r: Reconnects) => r.handleCause('device', 9_000),
      (r: Reconnects) => r.handleHidden(true, 1_000),
      (r: Reconnects) => {
        r.handleHidden(true, 8_000);
        r.handleHidden(false, 9_500);
      },
      (r: Reconnects) => r.handleCause('server', 1_000),
      (r: Reconnects) => {
        r.handleHidden(true, 1_000);
        r.handleHidden(false, 2_000);
      },
    ];
    expect(causes.map((cause) => lost(cause).untold[0]?.cause)).toEqual([
      'server',
      'device',
      'page_hidden',
      'page_hidden',
      'network',
      'network',
    ]);
  });

  it('is told until it was taken', () => {
    const reconnects = lost(() => undefined);
    const told = reconnects.untold;
    reconnects.handleLink(false, 20_000);
    reconnects.handleLink(true, 21_000);
    reconnects.handleTold(told);
    expect(reconnects.untold).toEqual([{ cause: 'network', took_ms: 1_000 }]);
  });
});

it('does not take a first connection for a second one', () => {
  const reconnects = new Reconnects();
  reconnects.handleLink(false, 0);
  reconnects.handleLink(true, 500);
  expect(reconnects.untold).toEqual([]);
});

it('keeps the last few of very many', () => {
  const reconnects = new Reconnects();
  for (let n = 0; n < 100; n++) reconnects.handleLink(n % 2 === 0, n);
  expect(reconnects.untold).toHaveLength(8);
});

it('says why a path is down while it is, as far as can be told by then', () => {
  const reconnects = new Reconnects();
  reconnects.handleLink(false, 500);
  expect(reconnects.losing).toBeNull();
  reconnects.handleLink(true, 1_000);
  reconnects.handleLink(false, 10_000);
  expect(reconnects.losing).toBe('network');
  reconnects.handleCause('server', 10_500);
  expect(reconnects.losing).toBe('server');
  reconnects.handleLink(true, 12_000);
  expect(reconnects.losing).toBeNull();
});
