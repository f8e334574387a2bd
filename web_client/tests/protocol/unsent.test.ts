import { expect, it } from 'vitest';

import { unsentStore } from '../../src/protocol/unsent';
import { makeSession, type Rig, welcome } from '../support/fakes';
import { FakeStorage } from '../support/storage';

function page(storage: Storage): Rig {
  const rig = makeSession(unsentStore(storage, 'unsent.client'));
  rig.session.start();
  return rig;
}

it('sends after a reload what was written without a line', () => {
  const storage = new FakeStorage();
  const before = page(storage);
  before.session.texts.write('one');
  before.session.texts.write('two');
  const after = page(storage);
  expect(after.session.texts.waiting.map(({ body }) => body)).toEqual(['one', 'two']);
  after.line.tell(welcome({ next_ref: 3 }));
  expect(after.line.texts()).toEqual([{ type: 'send_text', ref: 3, body: 'one' }]);
});

it('does not send again what the gateway already has', () => {
  const storage = new FakeStorage();
  const before = page(storage);
  before.line.tell(welcome({ next_ref: 7 }));
  before.session.texts.write('one');
  before.session.texts.write('two');
  expect(before.line.texts()).toHaveLength(1);
  const after = page(storage);
  after.line.tell(welcome({ next_ref: 8 }));
  expect(after.line.texts()).toEqual([{ type: 'send_text', ref: 8, body: 'two' }]);
  expect(after.session.texts.waiting).toHaveLength(1);
});

it('sends again after a reload what another text than the room now has was told', () => {
  const storage = new FakeStorage();
  const before = page(storage);
  before.line.tell(welcome({ next_ref: 2 }));
  before.session.texts.write('one');
  const after = page(storage);
  after.line.tell(welcome({ next_ref: 7, log: 'log-two' }));
  expect(after.line.texts()).toEqual([{ type: 'send_text', ref: 7, body: 'one' }]);
});

it('keeps nothing of a session that was left', () => {
  const storage = new FakeStorage();
  const { session, line } = page(storage);
  line.tell(welcome());
  session.texts.write('one');
  expect(storage.length).toBe(1);
  session.leave();
  expect(storage.length).toBe(0);
});

it('keeps what is unsent, and the seat, when the room has no seat free', () => {
  const storage = new FakeStorage();
  const { session, line, seats } = page(storage);
  session.texts.write('one');
  line.listener?.refused('room_full');
  expect(session.ending).toEqual({ kind: 'refused', code: 'room_full' });
  expect(storage.length).toBe(1);
  expect(seats.load()).not.toBeNull();
});

it('reads nothing into a store that was tampered with', () => {
  const storage = new FakeStorage();
  const texts = '[{"body":1,"ref":null,"failed":false},{"body":"a","ref":null,"failed":true},7]';
  for (const kept of ['{', '{}', 'null']) {
    storage.setItem('k', kept);
    expect(unsentStore(storage, 'k').load()).toEqual([]);
  }
  storage.setItem('k', texts);
  expect(unsentStore(storage, 'k').load()).toEqual([
    { id: '', body: 'a', ref: null, failed: true, log: '' },
  ]);
});
