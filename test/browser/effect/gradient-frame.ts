export const bt601 = {
  matrix: 'smpte170m',
  primaries: 'smpte170m',
  transfer: 'smpte170m',
  fullRange: false,
} as const;

/**
 * All colours in soft gradients. The last bands are the fixture net's person: hair, face, clothes.
 */
export function colours(format: 'I420' | 'NV12', colorSpace: VideoColorSpaceInit) {
  const [width, height] = [128, 96];
  const data = new Uint8Array((width * height * 3) / 2);
  for (let i = 0; i < width * height; i++) data[i] = 60 + (i % width) / 2 + Math.floor(i / width);
  const chroma = data.subarray(width * height);
  for (let i = 0; i < chroma.length / 2; i++) {
    const [cb, cr] = [80 + 1.5 * (i % (width / 2)), 80 + 2 * Math.floor((2 * i) / width)];
    if (format === 'NV12') chroma.set([cb, cr], 2 * i);
    else {
      chroma[i] = cb;
      chroma[i + chroma.length / 2] = cr;
    }
  }
  return new VideoFrame(data, {
    ...{ format, codedWidth: width, codedHeight: height, timestamp: 0, colorSpace },
  });
}
