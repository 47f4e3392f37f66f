/**
 * Brings sound to another rate, by straight lines between its samples: for the speech of a
 * microphone that is exchanged while a clip is recorded.
 * @param samples - one channel, at least one sample.
 * @returns as many samples as take the same time, rounded.
 */
export function resample(samples: Float32Array, from: number, to: number): Float32Array<ArrayBuffer> {
  const fitted = new Float32Array(Math.round((samples.length * to) / from));
  const last = samples.length - 1;
  for (let i = 0; i < fitted.length; i++) {
    const at = Math.min(last, (i * from) / to);
    const left = Math.floor(at);
    const right = Math.min(last, left + 1);
    fitted[i] = samples[left]! + (samples[right]! - samples[left]!) * (at - left);
  }
  return fitted;
}

/**
 * A block of sound with this rate and so many channels. One that is missing takes the sound of the
 * last that there is; of too many the first ones are taken.
 * @returns another block, which the caller closes as well as the given one.
 */
export function fitSound(sound: AudioData, rate: number, channels: number): AudioData {
  const planes = Array.from({ length: channels }, (_, channel) => {
    const plane = new Float32Array(sound.numberOfFrames);
    const planeIndex = Math.min(channel, sound.numberOfChannels - 1);
    sound.copyTo(plane, { format: 'f32-planar', planeIndex });
    return resample(plane, sound.sampleRate, rate);
  });
  const numberOfFrames = planes[0]!.length;
  const data = new Float32Array(numberOfFrames * channels);
  for (const [channel, plane] of planes.entries()) data.set(plane, channel * numberOfFrames);
  const { timestamp } = sound;
  return new AudioData({
    format: 'f32-planar',
    sampleRate: rate,
    numberOfFrames,
    numberOfChannels: channels,
    timestamp,
    data,
  });
}
