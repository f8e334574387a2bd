import { expect, it } from 'vitest';

import { sizesOf, Viewing } from '../../src/media/viewing';
import type { Reply, Watch } from '../../src/protocol/wire';

const TOO_HASTY: Reply = { type: 'refused', code: 'rate_limited', message: '', ref: null };

class Gateway {
  readonly heard: Watch['sizes'][] = [];
  readonly due: (() => void)[] = [];
  answer = (): Promise<Reply> => Promise.resolve({ type: 'done' });
  readonly viewing = new Viewing({
    send: (watch) => {
      this.heard.push(watch.sizes);
      return this.answer();
    },
    later: (callback) => this.due.push(callback),
  });
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

it('shows one large and the others small; one alone needs no word', () => {
  const [a, b] = [{ id: 'a' }, { id: 'b' }];
  expect(sizesOf([a, b], 'b')).toEqual({ a: 'small', b: 'large' });
  expect(sizesOf([a], 'a')).toEqual({});
  expect(sizesOf([], null)).toEqual({});
});

it('says nothing of a layout the gateway assumes', async () => {
  const gateway = new Gateway();
  gateway.viewing.show({});
  gateway.viewing.handleWelcome(false);
  await settled();
  expect(gateway.heard).toEqual([]);
});

it('tells each layout once, in order', async () => {
  const gateway = new Gateway();
  gateway.viewing.handleWelcome(false);
  gateway.viewing.show({ a: 'small' });
  gateway.viewing.show({ a: 'small' });
  await settled();
  gateway.viewing.show({});
  await settled();
  expect(gateway.heard).toEqual([{ a: 'small' }, {}]);
});

it('waits for a connection, and for a room that has forgotten tells it again', async () => {
  const gateway = new Gateway();
  gateway.viewing.show({ a: 'small' });
  await settled();
  expect(gateway.heard).toEqual([]);
  gateway.viewing.handleWelcome(false);
  await settled();
  gateway.viewing.handleWelcome(true);
  await settled();
  expect(gateway.heard).toHaveLength(1);
  gateway.viewing.handleWelcome(false);
  await settled();
  expect(gateway.heard).toHaveLength(2);
});

it('does not trust what a page before this one has told', async () => {
  const gateway = new Gateway();
  gateway.viewing.handleWelcome(true);
  await settled();
  expect(gateway.heard).toEqual([{}]);
});

it('tells the last layout later when it was too hasty', async () => {
  const gateway = new Gateway();
  gateway.answer = () => Promise.resolve(TOO_HASTY);
  gateway.viewing.handleWelcome(false);
  gateway.viewing.show({ a: 'small' });
  await settled();
  gateway.answer = () => Promise.resolve({ type: 'done' });
  expect(gateway.due).toHaveLength(1);
  gateway.due[0]?.();
  await settled();
  gateway.due[0]?.();
  await settled();
  expect(gateway.heard).toEqual([{ a: 'small' }, { a: 'small' }]);
});

it('leaves a lost connection to the next welcome', async () => {
  const gateway = new Gateway();
  gateway.answer = () => Promise.reject(new Error('lost'));
  gateway.viewing.handleWelcome(false);
  gateway.viewing.show({ a: 'small' });
  await settled();
  expect(gateway.due).toHaveLength(0);
  gateway.answer = () => Promise.resolve({ type: 'done' });
  gateway.viewing.handleWelcome(true);
  await settled();
  expect(gateway.heard).toHaveLength(2);
});
