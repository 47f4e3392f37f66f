import { AudioSample } from 'mediabunny';

/**
 * Joins blocks of sound into pieces of a tenth of a second. Encoding these costs a fraction of
 * encoding blocks of 10 ms.
 */
export class SoundPool {
  private readonly length: number;
  private readonly data: Float32Array<ArrayBuffer>;
  private filled = 0;
  /** Samples given away so far. */
  private given = 0;

  /** @param give - takes ownership of a piece, whose timestamp says when it plays. */
  constructor(
    private readonly rate: number,
    private readonly channels: number,
    private readonly give: (piece: AudioSample) => Promise<void>,
  ) {
    this.length = Math.ceil(rate / 10);
    this.data = new Float32Array(this.length * channels);
  }

  /** @param skip - samples of its beginning to leave out. It stays the caller's. */
  async add(sound: AudioData, skip: number): Promise<void> {
    for (let done = skip; done < sound.numberOfFrames;) {
      const count = Math.min(sound.numberOfFrames - done, this.length - this.filled);
      for (let channel = 0; channel < this.channels; channel++) {
        const from = channel * this.length + this.filled;
        sound.copyTo(this.data.subarray(from, from + count), {
          format: 'f32-planar',
          planeIndex: channel,
          frameOffset: done,
          frameCount: count,
        });
      }
      done += count;
      await this.fill(count);
    }
  }

  async addSilence(samples: number): Promise<void> {
    for (let left = samples; left > 0;) {
      const count = Math.min(left, this.length - this.filled);
      for (let channel = 0; channel < this.channels; channel++) {
        const from = channel * this.length + this.filled;
        this.data.fill(0, from, from + count);
      }
      left -= count;
      await this.fill(count);
    }
  }

  /** Gives away what there is. */
  async drain(): Promise<void> {
    const { rate, channels, filled, length, given } = this;
    if (filled === 0) return;
    const data = new Float32Array(filled * channels);
    for (let channel = 0; channel < channels; channel++)
      data.set(this.data.subarray(channel * length, channel * length + filled), channel * filled);
    this.filled = 0;
    this.given += filled;
    await this.give(
      new AudioSample({
        data,
        format: 'f32-planar',
        numberOfChannels: channels,
        sampleRate: rate,
        timestamp: given / rate,
      }),
    );
  }

  private async fill(count: number): Promise<void> {
    this.filled += count;
    if (this.filled === this.length) await this.drain();
  }
}
