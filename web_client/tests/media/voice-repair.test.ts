import { expect, it } from 'vitest';

import { askForLostVoice } from '../../src/media/voice-repair';

const OFFER = [
  'v=0',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111 63',
  'a=rtpmap:111 opus/48000/2',
  'a=rtcp-fb:111 transport-cc',
  'a=rtpmap:63 red/48000/2',
  'm=video 9 UDP/TLS/RTP/SAVPF 96',
  'a=rtpmap:96 VP8/90000',
  'm=audio 9 UDP/TLS/RTP/SAVPF 109',
  'a=rtpmap:109 opus/48000/2',
  '',
].join('\r\n');

it('asks in every audio section, for Opus alone', () => {
  const lines = askForLostVoice(OFFER).split('\r\n');
  const added = lines.filter((line) => !OFFER.split('\r\n').includes(line));
  expect(added).toEqual(['a=rtcp-fb:111 nack', 'a=rtcp-fb:109 nack']);
  expect(lines.indexOf('a=rtcp-fb:111 nack')).toBe(lines.indexOf('a=rtpmap:111 opus/48000/2') + 1);
});

it('asks once', () => {
  const once = askForLostVoice(OFFER);
  expect(askForLostVoice(once)).toBe(once);
});

it('leaves alone what has no Opus', () => {
  const odd = 'v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=rtpmap:0 PCMU/8000\r\n';
  expect(askForLostVoice(odd)).toBe(odd);
  expect(askForLostVoice('')).toBe('');
});
