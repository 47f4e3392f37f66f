// Insertable streams are Chromium's alone and not in TypeScript's DOM library.
type SoundProcessor = new (init: { track: MediaStreamTrack }) => {
  readonly readable: ReadableStream<AudioData>;
};

/** Whether {@link soundOf} has any sound to give here. */
export function canTakeSound(): boolean {
  return 'MediaStreamTrackProcessor' in globalThis;
}

/**
 * The sound of a track as a transferable stream of blocks. Null where the browser gives pages no
 * such blocks.
 */
export function soundOf(track: MediaStreamTrack): ReadableStream<AudioData> | null {
  const Processor = (globalThis as { MediaStreamTrackProcessor?: unknown }).MediaStreamTrackProcessor;
  return Processor ? new (Processor as SoundProcessor)({ track }).readable : null;
}
