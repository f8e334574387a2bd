import { expect, it } from 'vitest';

import { fragmentOf, readAnswer } from '../../src/media/foresight';

const SECTION = [
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  'a=ice-ufrag:old',
  'a=ice-pwd:old-password',
  'a=candidate:1 1 udp 2113945599 192.0.2.1 3480 typ host',
  'a=candidate:2 1 tcp 1518215167 192.0.2.1 3480 typ host tcptype passive',
  'a=end-of-candidates',
];
const HEAD = ['v=0', 'a=ice-lite'];

function lines(...all: string[]): string {
  return all.map((line) => `${line}\r\n`).join('');
}

it('writes the answer to the next restart: its credentials, and candidates that outrank', () => {
  const { sdp, next } = readAnswer(
    lines(...HEAD, 'a=x-next-ice:new $&-password', ...SECTION, ...SECTION),
  );
  expect(sdp).toBe(lines(...HEAD, ...SECTION, ...SECTION));
  const restarted = [
    'm=audio 9 UDP/TLS/RTP/SAVPF 111',
    'a=ice-ufrag:new',
    'a=ice-pwd:$&-password',
    'a=candidate:1 1 udp 2113961983 192.0.2.1 3480 typ host',
    'a=candidate:2 1 tcp 1518231551 192.0.2.1 3480 typ host tcptype passive',
    'a=end-of-candidates',
  ];
  expect(next).toBe(lines(...HEAD, ...restarted, ...restarted));
});

it('tells by the fragment whose answer it is', () => {
  expect(fragmentOf(lines(...HEAD, ...SECTION))).toBe('old');
  expect(fragmentOf(lines(...HEAD))).toBeNull();
});

it('foresees nothing where nothing was promised', () => {
  const sdp = lines(...HEAD, ...SECTION);
  expect(readAnswer(sdp)).toEqual({ sdp, next: null });
});
