import { afterEach, expect, it } from 'vitest';

import { draftOf, dropDraft, dropDrafts, keepDraft } from '../../src/desk/note-drafts';

afterEach(dropDrafts);

it('keeps what was typed for its hour, also where everything was deleted', () => {
  keepDraft('h1', 'Call Wu.');
  keepDraft('h2', '');
  expect(draftOf('h1')).toBe('Call Wu.');
  expect(draftOf('h2')).toBe('');
  expect(draftOf('h3')).toBe(null);
});

it('forgets what was saved, and everything for who comes after', () => {
  keepDraft('h1', 'one');
  keepDraft('h2', 'two');
  dropDraft('h1');
  expect(draftOf('h1')).toBe(null);
  dropDrafts();
  expect(draftOf('h2')).toBe(null);
});
