import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { Hearing, type HearingOptions } from '../../src/media/hearing';
import { Timeline } from '../../src/media/timeline';
import { EMPTY_ROOM } from '../../src/protocol/room';
import type { Session } from '../../src/protocol/session';
import type { ParticipantView } from '../../src/protocol/wire';

const FAR = { id: 'far', microphone: false, device_paused: 'none' } as ParticipantView;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('window', globalThis);
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** The delay spoken of after some seconds on which both legs have this round trip. */
function delayAfter(rttMs: number, waitMs: number | null): number | null {
  const asked: unknown[] = [];
  const session = {
    state: 'open',
    room: { ...EMPTY_ROOM, you: 'near', roster: [{ ...FAR, id: 'near' }, FAR] },
    request: (command: unknown) => {
      asked.push(command);
      return Promise.resolve({});
    },
  } as unknown as Session;
  const options: HearingOptions = {
    session,
    frame: () => null,
    level: () => null,
    microphoneOn: () => true,
    paused: () => 'none',
    rttMs: () => rttMs,
    waitMs: () => waitMs,
    timeline: new Timeline(),
  };
  const hearing = new Hearing(options);
  hearing.handleEvent({ type: 'far_delay', participant: 'far', rtt_ms: rttMs } as never);
  hearing.start();
  vi.advanceTimersByTime(6_000);
  hearing.stop();
  expect(asked).toContainEqual({ type: 'report_delay', rtt_ms: rttMs });
  return hearing.delayMs;
}

it('speaks of a delay of both legs and what waits at their ends', () => {
  expect(delayAfter(310, null)).toBe(null);
  expect(delayAfter(330, null)).toBe(410);
});

it('counts in how long voices wait on a line that loses', () => {
  expect(delayAfter(130, 220)).toBe(null);
  expect(delayAfter(150, 220)).toBe(410);
});
