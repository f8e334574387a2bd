import { afterEach, describe, expect, it, vi } from 'vitest';

import {
  firstEncodings,
  fullBps,
  type Parameters,
  PictureSender,
  shape,
  type Wishes,
} from '../../src/media/picture';
import type { Format } from '../../src/media/picture-format';

const VP8 = { mimeType: 'video/VP8', clockRate: 90_000 };
const VP9 = { mimeType: 'video/VP9', clockRate: 90_000 };
const VGA = 640 * 480;
const FINE: Wishes = {
  codec: null,
  wanted: null,
  each: null,
  bps: null,
  pixels: VGA,
  cue: 'balanced',
};
const WHOLE: Format = { scale: 1, frames: null, keeps: null };

function shaped(
  wishes: Partial<Wishes>,
  encodings = firstEncodings(),
  codecs = [VP8, VP9],
  format = WHOLE,
) {
  const parameters: Parameters = { codecs, encodings };
  shape(parameters, { ...FINE, ...wishes }, format);
  return parameters.encodings;
}

function active(wishes: Partial<Wishes>, codecs = [VP8, VP9]): unknown[] {
  return shaped(wishes, firstEncodings(), codecs)
    .filter((each) => each.active)
    .map(({ rid }) => rid);
}

it('offers the smaller one first, and sends one until somebody watches', () => {
  expect(firstEncodings().map(({ rid, active: on }) => [rid, on])).toEqual([
    ['s', false],
    ['l', true],
  ]);
});

it.each([
  [1280 * 720, 1_500_000],
  [1280 * 720 - 1, 1_200_000],
  [640 * 480, 1_000_000],
  [null, 1_000_000],
])('lets a picture of %s pixels take %s bits per second', (pixels, bps) => {
  expect(fullBps(pixels)).toBe(bps);
  const [, large] = shaped({ wanted: ['l'], pixels });
  expect(large?.maxBitrate).toBe(bps);
});

describe('what is sent', () => {
  it.each<[string, Partial<Wishes>, string[]]>([
    ['nothing has been said', {}, ['l']],
    ['the large one is watched', { wanted: ['l'] }, ['l']],
    ['the small one is watched', { wanted: ['s'] }, ['s']],
    ['both are watched', { wanted: ['s', 'l'] }, ['s', 'l']],
    ['nobody watches', { wanted: [] }, ['s']],
    ['a strange name is watched', { wanted: ['m'] }, ['s']],
    ['there is little for two', { wanted: ['s', 'l'], bps: 299_999 }, ['s']],
    ['there is just enough for two', { wanted: ['s', 'l'], bps: 300_000 }, ['s', 'l']],
    ['there is little for one', { wanted: ['l'], bps: 50_000 }, ['l']],
    ['nobody can be given any', { wanted: ['s', 'l'], bps: 0 }, []],
    ['the camera is small', { wanted: ['s', 'l'], pixels: 320 * 240 }, ['l']],
    ['the camera is small and the way narrow', { bps: 60_000, pixels: 320 * 240 }, ['l']],
    ['the camera does not say', { wanted: ['s', 'l'], pixels: null }, ['s', 'l']],
    ['the room speaks VP9', { wanted: ['s', 'l'], codec: 'VP9' }, ['l']],
    ['the room speaks what this browser does not', { wanted: ['s'], codec: 'AV1' }, ['s']],
  ])('when %s', (_, wishes, expected) => {
    expect(active(wishes)).toEqual(expected);
  });

  it('goes by the answer where no codec has been named', () => {
    expect(active({ wanted: ['s'] }, [VP9, VP8])).toEqual(['l']);
  });

  it('is the one encoding of a browser that has no more', () => {
    expect(shaped({ wanted: [] }, [{ active: true }])).toEqual([
      { active: true, scaleResolutionDownBy: 1 },
    ]);
  });
});

it('shares what there is, the smaller one first, and takes the bound back', () => {
  const bounded = shaped({ wanted: ['s', 'l'], bps: 500_000 });
  expect(bounded.map(({ maxBitrate }) => maxBitrate)).toEqual([200_000, 300_000]);
  const again = shaped({ wanted: ['s', 'l'] }, bounded);
  expect(again.map(({ maxBitrate }) => maxBitrate)).toEqual([200_000, 1_000_000]);
});

it('gives each no more than it is worth, and takes all where none is worth anything', () => {
  const each = shaped({ wanted: ['s', 'l'], each: 150_000 });
  expect(each.map(({ maxBitrate }) => maxBitrate)).toEqual([150_000, 150_000]);
  expect(active({ wanted: ['s', 'l'], each: 0 })).toEqual([]);
});

it('bounds a browser with one encoding too', () => {
  const [only] = shaped({ bps: 90_000 }, [{ active: true }]);
  expect(only).toMatchObject({ active: true, maxBitrate: 90_000 });
  expect(shaped({ bps: 0 }, [{ active: true }])).toMatchObject([{ active: false }]);
  const again = shaped({}, [{ active: true, maxBitrate: 90_000 }]);
  expect(again.some((each) => 'maxBitrate' in each)).toBe(false);
});

it('has the format where it is smaller than the encoding is by itself', () => {
  const few: Format = { scale: 1.5, frames: 15, keeps: null };
  const made = shaped({ wanted: ['s', 'l'], bps: 400_000 }, undefined, undefined, few);
  expect(made.map((each) => [each.scaleResolutionDownBy, each.maxFramerate])).toEqual([
    [2, 15],
    [1.5, 15],
  ]);
  const again = shaped({ wanted: ['s', 'l'] }, made);
  expect(again.map((each) => each.scaleResolutionDownBy)).toEqual([2, 1]);
  expect(again.some((each) => 'maxFramerate' in each)).toBe(false);
});

it('has the smaller one whole where the face is to be sharp and it is alone', () => {
  const sharp: Format = { scale: 1, frames: 12, keeps: 'maintain-resolution' };
  const scales = (wanted: readonly string[]) =>
    shaped({ wanted, cue: 'detail' }, undefined, undefined, sharp)
      .filter((each) => each.active)
      .map((each) => each.scaleResolutionDownBy);
  expect([scales(['s']), scales(['l']), scales(['s', 'l'])]).toEqual([[1], [1], [2, 1]]);
});

it('says what is to be given up last, and takes that back', () => {
  const parameters: Parameters = { codecs: [VP8], encodings: firstEncodings() };
  shape(parameters, FINE, { ...WHOLE, keeps: 'maintain-framerate' });
  expect(parameters.degradationPreference).toBe('maintain-framerate');
  shape(parameters, FINE, WHOLE);
  expect('degradationPreference' in parameters).toBe(false);
});

it('names the codec in every encoding, and a mode where there could be layers in one stream', () => {
  const other = shaped({ codec: 'VP9' });
  expect(other.map(({ codec, scalabilityMode }) => [codec, scalabilityMode])).toEqual([
    [VP9, 'L1T1'],
    [VP9, 'L1T1'],
  ]);
  expect(shaped({ codec: 'VP8' }, other).every((each) => !('scalabilityMode' in each))).toBe(true);
});

class FakeSender {
  encodings: RTCRtpEncodingParameters[] = firstEncodings();
  sets = 0;
  refuses: (parameters: Parameters) => boolean = () => false;
  private open = false;

  getParameters(): RTCRtpSendParameters {
    this.open = true;
    const codecs = [VP8, VP9];
    const encodings = structuredClone(this.encodings);
    return { codecs, encodings } as unknown as RTCRtpSendParameters;
  }

  async setParameters(parameters: RTCRtpSendParameters): Promise<void> {
    if (!this.open) throw new Error('getParameters() was not called since');
    this.open = false;
    this.sets += 1;
    await Promise.resolve();
    if (this.refuses(parameters)) throw new Error('no');
    this.encodings = parameters.encodings;
  }

  get active(): unknown[] {
    return this.encodings.filter((each) => each.active).map(({ rid }) => rid);
  }
}

describe('a sender', () => {
  afterEach(() => vi.useRealTimers());

  it.each([false, true])(
    'takes a better size after a while, if it is not closed: %s',
    async (closed) => {
      vi.useFakeTimers();
      const sender = new FakeSender();
      const picture = new PictureSender(sender);
      await picture.wish({ ...FINE, wanted: ['l'], bps: 100_000 });
      await picture.wish({ ...FINE, wanted: ['l'] });
      if (closed) picture.close();
      await vi.advanceTimersByTimeAsync(6_000);
      expect(sender.encodings[1]?.scaleResolutionDownBy === 1).toBe(!closed);
      expect(vi.getTimerCount()).toBe(0);
    },
  );

  it('makes one change after the other, and ends as the last wish has it', async () => {
    const sender = new FakeSender();
    const picture = new PictureSender(sender);
    await Promise.all([
      picture.wish({ ...FINE, wanted: ['s'] }),
      picture.wish({ ...FINE, wanted: ['s', 'l'] }),
      picture.wish({ ...FINE, wanted: ['s', 'l'], bps: 100_000 }),
    ]);
    await expect.poll(() => sender.active).toEqual(['s']);
    expect(sender.encodings[0]).toMatchObject({ maxBitrate: 100_000, maxFramerate: 12 });
    await picture.wish({ ...FINE, wanted: ['l'] });
    expect(sender.active).toEqual(['l']);
  });

  it('does not set what is set already', async () => {
    const sender = new FakeSender();
    const picture = new PictureSender(sender);
    await picture.wish({ ...FINE, wanted: ['s', 'l'] });
    await picture.wish({ ...FINE, wanted: ['s', 'l'] });
    expect(sender.sets).toBe(1);
  });

  it('puts back to sleep what an answer woke', async () => {
    const sender = new FakeSender();
    const picture = new PictureSender(sender);
    await picture.wish({ ...FINE, bps: 0 });
    for (const encoding of sender.encodings) encoding.active = true;
    await picture.wishAgain();
    expect(sender.active).toEqual([]);
    for (const encoding of sender.encodings) encoding.active = true;
    picture.close();
    await picture.wishAgain();
    expect(sender.active).toEqual(['s', 'l']);
  });

  it('sets what is to be given up last, where nothing else changes', async () => {
    const sender = new FakeSender();
    const picture = new PictureSender(sender);
    await picture.wish({ ...FINE, wanted: ['s'] });
    await picture.wish({ ...FINE, wanted: ['s'], cue: 'motion' });
    await picture.wish({ ...FINE, wanted: ['s'], cue: 'motion' });
    expect(sender.sets).toBe(2);
    await picture.wish({ ...FINE, wanted: ['s'] });
    expect(sender.sets).toBe(3);
  });

  it('does the rest where the codec cannot be switched', async () => {
    const sender = new FakeSender();
    sender.refuses = ({ encodings }) => encodings.some((each) => 'codec' in each);
    await new PictureSender(sender).wish({ ...FINE, codec: 'VP8', wanted: ['s'] });
    expect(sender.active).toEqual(['s']);
  });
});
