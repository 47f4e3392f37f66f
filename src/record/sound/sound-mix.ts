/** Mixes several sounds into one track. Its creator closes it. */
export class SoundMix {
  readonly track: MediaStreamTrack;
  private readonly context = new AudioContext({ sampleRate: 48_000 });
  private readonly out = this.context.createMediaStreamDestination();
  private readonly parts = new Map<MediaStreamTrack, MediaStreamAudioSourceNode>();

  constructor() {
    // Everybody in the middle.
    this.out.channelCount = 1;
    this.track = this.out.stream.getAudioTracks()[0]!;
  }

  /** These are heard from now on, and no others. They stay the caller's. */
  set(tracks: readonly MediaStreamTrack[]): void {
    for (const [track, part] of this.parts) {
      if (tracks.includes(track)) continue;
      part.disconnect();
      this.parts.delete(track);
    }
    for (const track of tracks) {
      if (this.parts.has(track)) continue;
      const part = this.context.createMediaStreamSource(new MediaStream([track]));
      part.connect(this.out);
      this.parts.set(track, part);
    }
  }

  close(): void {
    this.set([]);
    this.track.stop();
    void this.context.close();
  }
}
