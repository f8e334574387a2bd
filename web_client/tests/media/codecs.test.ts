import { expect, it } from 'vitest';

import { preferred } from '../../src/media/codecs';

function named(...types: string[]) {
  return types.map((mimeType) => ({ mimeType }));
}

it('keeps the video codecs of the common ground, VP8 first, and drops the rest', () => {
  const offered = named(
    'video/VP9',
    'video/rtx',
    'video/red',
    'video/ulpfec',
    'video/VP8',
    'video/H264',
    'video/AV1',
    'video/flexfec-03',
    'video/H265',
  );
  expect(preferred('video', offered).map(({ mimeType }) => mimeType)).toEqual([
    'video/VP8',
    'video/H264',
    'video/VP9',
    'video/AV1',
    'video/rtx',
  ]);
});

it('keeps Opus and its redundancy', () => {
  const offered = named('audio/PCMU', 'audio/red', 'audio/opus', 'audio/telephone-event');
  expect(preferred('audio', offered).map(({ mimeType }) => mimeType)).toEqual([
    'audio/opus',
    'audio/red',
  ]);
});

it("keeps a codec's profiles in the browser's order", () => {
  const profiles = [
    { mimeType: 'video/H264', sdpFmtpLine: 'a' },
    { mimeType: 'video/VP8' },
    { mimeType: 'video/H264', sdpFmtpLine: 'b' },
  ];
  expect(preferred('video', profiles)).toEqual([profiles[1], profiles[0], profiles[2]]);
});
