import { expect, test } from 'vitest';
import { bitrateOf, withStartBitrate } from '../../../extension/src/connection/sender.ts';

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

test('larger and faster pictures get more bits', () => {
  expect(bitrateOf(1280, 720, 30)).toBeGreaterThan(4_000_000);
  expect(bitrateOf(1920, 1080, 30)).toBeGreaterThan(2 * bitrateOf(1280, 720, 30));
  expect(bitrateOf(160, 90, 15)).toBe(1_500_000);
});
