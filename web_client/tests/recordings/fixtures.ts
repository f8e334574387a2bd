import type { FileSeen, RecordingSeen } from '../../src/protocol/bodies';

const person = (id: string, name: string) => ({ id, name });

export function recording(changes: Partial<RecordingSeen> = {}): RecordingSeen {
  return {
    id: 'r',
    session: 's',
    counsellor: person('k', '李老师'),
    client: person('c', '小雨'),
    started_at: Date.UTC(2026, 1, 12, 11),
    duration_ms: 2_460_000,
    stage: 'active',
    purposes: [
      { purpose: 'supervision', until: Date.UTC(2026, 4, 13, 12) },
      { purpose: 'clinical_review', until: Date.UTC(2026, 2, 14, 12) },
    ],
    media: ['audio', 'video'],
    is_whole: true,
    floor_until: null,
    erase_at: null,
    may_play: false,
    client_plays: false,
    may_take_back: true,
    may_keep: false,
    asks_to_keep: false,
    later: [],
    may_ask_later: [],
    ...changes,
  };
}

export function file(changes: Partial<FileSeen> = {}): FileSeen {
  return {
    number: 0,
    party: '小雨',
    role: 'client',
    medium: 'audio',
    type: 'audio/webm; codecs="opus"',
    starts_ms: 0,
    duration_ms: 10_000,
    bytes: 1_000,
    gaps: [],
    ...changes,
  };
}
