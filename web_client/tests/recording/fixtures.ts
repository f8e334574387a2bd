/** What a room tells of a recording, for tests. */

import type { Ended, PurposeTerm, Recording, RecordingTerms } from '../../src/protocol/wire';

export const DAY = 86_400_000;
/** 28 November 2026, noon in UTC. */
export const NOW = Date.UTC(2026, 10, 28, 12);
export const SUPERVISION: PurposeTerm = {
  purpose: 'supervision',
  until: Date.UTC(2027, 1, 20, 12),
  listeners: ['李老师', '王督导'],
};
export const REVIEW: PurposeTerm = {
  purpose: 'clinical_review',
  until: NOW + 30 * DAY,
  listeners: ['李老师'],
};

export function recording(changes: Partial<Recording> = {}): Recording {
  return {
    type: 'recording',
    stage: 'off',
    request: '',
    terms: null,
    agreed: 0,
    asked: 0,
    you_asked: false,
    you_answer: false,
    you_may_ask: false,
    why_not: '',
    may_purposes: [],
    may_media: [],
    begins_at: null,
    started_at: null,
    captured_ms: 0,
    running_since: null,
    is_late: false,
    asked_before: false,
    purposes: [],
    media: [],
    you_excluded: [],
    holds: [],
    you_paused: false,
    you_beside: false,
    ended: null,
    ...changes,
  };
}

export function terms(changes: Partial<RecordingTerms> = {}): RecordingTerms {
  return {
    asker: '李老师',
    asker_role: 'counsellor',
    purposes: [SUPERVISION],
    media: ['audio'],
    floor_until: null,
    version: '1',
    digest: 'a'.repeat(64),
    ...changes,
  };
}

export function ended(turn: Ended['turn'], changes: Partial<Ended> = {}): Ended {
  return { turn, recording: '', captured_ms: 0, purposes: [], by_you: false, ...changes };
}
