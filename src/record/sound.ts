// Insertable streams are Chromium's alone and not in TypeScript's DOM library.
type SoundProcessor = new (init: { track: MediaStreamTrack }) => {
  readonly readable: ReadableStream<AudioData>;
};

/** The sound of a track as a stream of blocks, transferable; null where the browser gives none to a page. */
export function soundOf(track: MediaStreamTrack): ReadableStream<AudioData> | null {
  const Processor = (globalThis as { MediaStreamTrackProcessor?: unknown }).MediaStreamTrackProcessor;
  return Processor ? new (Processor as SoundProcessor)({ track }).readable : null;
}
