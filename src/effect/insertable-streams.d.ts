/** Chromium's track generator (MediaStreamTrack Insertable Media Processing, as it shipped in 2021); not in TypeScript's DOM library. */
declare class MediaStreamTrackGenerator extends MediaStreamTrack {
  constructor(init: { kind: 'video' });
  readonly writable: WritableStream<VideoFrame>;
}
