import { expect, test } from 'vitest';
import { bitrateOf, downscaleFactor, withStartBitrate } from '../../../extension/src/connection/sender.ts';

const sdp = (...lines: string[]) => ['v=0', 'm=video 9 UDP/TLS/RTP/SAVPF 96 97', ...lines, ''].join('\r\n');

test('the first codec gets its start bitrate, whether it has parameters or not', () => {
  expect(
    withStartBitrate(sdp('a=rtpmap:96 VP8/90000', 'a=rtpmap:97 rtx/90000', 'a=fmtp:97 apt=96'), 4_000_000),
  ).toBe(
    sdp(
      'a=rtpmap:96 VP8/90000',
      'a=fmtp:96 x-google-start-bitrate=4000;x-google-min-bitrate=2000',
      'a=rtpmap:97 rtx/90000',
      'a=fmtp:97 apt=96',
    ),
  );
  expect(
    withStartBitrate(sdp('a=rtpmap:96 H264/90000', 'a=fmtp:96 packetization-mode=1'), 4_000_000),
  ).toContain('\r\na=fmtp:96 packetization-mode=1;x-google-start-bitrate=4000;x-google-min-bitrate=2000\r\n');
  expect(withStartBitrate('v=0\r\n', 4_000_000)).toBe('v=0\r\n');
});

test('a picture is sent no larger than was asked for, and never larger than it is', () => {
  expect(downscaleFactor({ width: 1280, height: 720 }, { width: 640, height: 360 })).toBe(2);
  // A page that asked for other proportions crops the picture, and has enough pixels for that.
  expect(downscaleFactor({ width: 1280, height: 720 }, { width: 640, height: 480 })).toBe(1.5);
  expect(downscaleFactor({ width: 640, height: 360 }, { width: 1920, height: 1080 })).toBe(1);
});

test('larger and faster pictures get more bits', () => {
  expect(bitrateOf(1280, 720, 30)).toBeGreaterThan(4_000_000);
  expect(bitrateOf(1920, 1080, 30)).toBeGreaterThan(2 * bitrateOf(1280, 720, 30));
  expect(bitrateOf(160, 90, 15)).toBe(1_500_000);
});
