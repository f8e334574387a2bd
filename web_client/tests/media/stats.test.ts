import { expect, it } from 'vitest';

import { readPath } from '../../src/media/stats';

function report(...entries: ({ id: string; type: string } & Record<string, unknown>)[]) {
  return new Map<string, unknown>(entries.map((entry) => [entry.id, entry]));
}

it('reads the selected pair and the cipher', () => {
  const stats = report(
    { id: 'T', type: 'transport', selectedCandidatePairId: 'B', srtpCipher: 'AEAD_AES_128_GCM' },
    { id: 'A', type: 'candidate-pair', nominated: true, state: 'succeeded', bytesReceived: 1 },
    { id: 'B', type: 'candidate-pair', nominated: true, state: 'succeeded', bytesReceived: 2 },
  );
  expect(readPath(stats)).toMatchObject({ bytes: 2, cipher: 'AEAD_AES_128_GCM' });
});

it('takes the nominated pair where no selected one is named', () => {
  const stats = report(
    { id: 'A', type: 'candidate-pair', nominated: false, state: 'succeeded', bytesReceived: 1 },
    { id: 'B', type: 'candidate-pair', nominated: true, state: 'succeeded', bytesReceived: 2 },
  );
  expect(readPath(stats)).toMatchObject({ bytes: 2, cipher: null });
});

it('says nothing where the browser says nothing', () => {
  expect(readPath(report())).toEqual({
    bytes: null,
    cipher: null,
    rttMs: null,
    received: 0,
    lost: 0,
    voice: 0,
    asked: 0,
    frozen: 0,
    played: { holes: 0, madeUp: 0, samples: 0 },
    estimateBps: null,
    sent: 0,
    sentLost: 0,
    sentBytes: 0,
  });
});

it('counts what came and what was lost, and knows sound from picture', () => {
  const stats = report(
    {
      id: 'A',
      type: 'candidate-pair',
      nominated: true,
      state: 'succeeded',
      currentRoundTripTime: 0.25,
    },
    {
      id: 'S',
      type: 'inbound-rtp',
      kind: 'audio',
      packetsReceived: 50,
      packetsLost: -2,
      nackCount: 3,
      concealmentEvents: 2,
      concealedSamples: 900,
      silentConcealedSamples: 400,
      totalSamplesReceived: 48_000,
    },
    {
      id: 'P',
      type: 'inbound-rtp',
      kind: 'video',
      packetsReceived: 100,
      packetsLost: 10,
      nackCount: 8,
    },
    { id: 'O', type: 'outbound-rtp', kind: 'video', packetsSent: 7 },
  );
  expect(readPath(stats)).toMatchObject({
    rttMs: 250,
    received: 150,
    lost: 10,
    voice: 50,
    asked: 8,
    played: { holes: 2, madeUp: 500, samples: 48_000 },
  });
});

it('reads what the way up carries, and what became of what was sent', () => {
  const stats = report(
    {
      id: 'A',
      type: 'candidate-pair',
      nominated: true,
      state: 'succeeded',
      currentRoundTripTime: 0.25,
      availableOutgoingBitrate: 300_000,
    },
    { id: 'S', type: 'outbound-rtp', kind: 'audio', packetsSent: 100, bytesSent: 9 },
    { id: 'P', type: 'outbound-rtp', kind: 'video', packetsSent: 50, headerBytesSent: 4 },
    { id: 'R', type: 'remote-inbound-rtp', kind: 'audio', packetsLost: 5, roundTripTime: 0.08 },
    { id: 'Q', type: 'remote-inbound-rtp', kind: 'video', packetsLost: -1, roundTripTime: 0.1 },
  );
  const expected = { estimateBps: 300_000, sent: 150, sentLost: 5, sentBytes: 13, rttMs: 100 };
  expect(readPath(stats)).toMatchObject(expected);
});

it('takes the round trip of the picture’s last report, then the pair’s own, then the voice’s', () => {
  const pair = {
    id: 'A',
    type: 'candidate-pair',
    nominated: true,
    state: 'succeeded',
    timestamp: 60_000,
  };
  const checked = { ...pair, currentRoundTripTime: 0.2 };
  // A voice's report echoes a moment of some seconds ago.
  const voice = {
    id: 'R',
    type: 'remote-inbound-rtp',
    kind: 'audio',
    roundTripTime: 0.9,
    timestamp: 59_800,
  };
  const picture = { id: 'Q', type: 'remote-inbound-rtp', kind: 'video', roundTripTime: 0.08 };
  const of = (...entries: Record<string, unknown>[]): number | null =>
    readPath(report(...(entries as Parameters<typeof report>))).rttMs;
  expect(of(checked, voice, { ...picture, timestamp: 59_500 })).toBe(80);
  // The picture stopped, and nothing is said of it since.
  expect(of(checked, voice, { ...picture, timestamp: 56_000 })).toBe(200);
  expect(of(pair, voice, { ...picture, timestamp: 56_000 })).toBe(900);
  expect(of(pair)).toBeNull();
});
