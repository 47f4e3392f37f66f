// Resamples records of one region of the frame for another, so that each stays at its place in the
// frame, as `resampleField` of src/effect/stages/roi.ts does. A record is one or more 32-bit words
// per pixel.
struct Motion {
  fromSize: vec2u,
  toSize: vec2u,
  // A pixel of the new region times scale, plus offset, is its place in the old one.
  scale: vec2f,
  offset: vec2f,
  // Words of a record, and how many of them, at its beginning, are f32. Those are interpolated; of
  // the others the nearest is taken.
  words: u32,
  reals: u32,
}
@group(0) @binding(0) var<uniform> motion: Motion;
@group(0) @binding(1) var<storage, read_write> records: array<u32>;
@group(0) @binding(2) var<storage, read_write> resampled: array<u32>;

fn wordAt(at: vec2i, word: u32) -> u32 {
  if (any(at < vec2i(0)) || any(at >= vec2i(motion.fromSize))) { return 0; }
  return records[(u32(at.y) * motion.fromSize.x + u32(at.x)) * motion.words + word];
}
fn realAt(at: vec2i, word: u32) -> f32 { return bitcast<f32>(wordAt(at, word)); }

@compute @workgroup_size(8, 8)
fn resample(@builtin(global_invocation_id) id: vec3u) {
  if (any(id.xy >= motion.toSize)) { return; }
  let place = vec2f(id.xy) * motion.scale + motion.offset;
  let first = vec2i(floor(place));
  let share = place - floor(place);
  let nearest = vec2i(floor(place + 0.5));
  let i = (id.y * motion.toSize.x + id.x) * motion.words;
  for (var word = 0u; word < motion.reals; word++) {
    let above = mix(realAt(first, word), realAt(first + vec2i(1, 0), word), share.x);
    let below = mix(realAt(first + vec2i(0, 1), word), realAt(first + vec2i(1, 1), word), share.x);
    resampled[i + word] = bitcast<u32>(mix(above, below, share.y));
  }
  for (var word = motion.reals; word < motion.words; word++) {
    resampled[i + word] = wordAt(nearest, word);
  }
}
