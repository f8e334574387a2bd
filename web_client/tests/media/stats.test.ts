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
  expect(readPath(stats)).toEqual({ bytes: 2, cipher: 'AEAD_AES_128_GCM' });
});

it('takes the nominated pair where no selected one is named', () => {
  const stats = report(
    { id: 'A', type: 'candidate-pair', nominated: false, state: 'succeeded', bytesReceived: 1 },
    { id: 'B', type: 'candidate-pair', nominated: true, state: 'succeeded', bytesReceived: 2 },
  );
  expect(readPath(stats)).toEqual({ bytes: 2, cipher: null });
});

it('says nothing where the browser says nothing', () => {
  expect(readPath(report())).toEqual({ bytes: null, cipher: null });
});
