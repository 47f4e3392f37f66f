// Fits the matte to the picture as src/effect/stages/matte/guided-filter.ts does, and finds where
// the mask shows something. RADIUS, EPSILON and SLOPE_RANGE come from there; alpha below FAINT is
// not visible.

// In pixels of the matte.
struct Extent {
  left: atomic<u32>,
  top: atomic<u32>,
  right: atomic<u32>,
  bottom: atomic<u32>,
  // The sum of the weights, and the sums of weight times column and weight times line.
  mass: atomic<u32>,
  massX: atomic<u32>,
  massY: atomic<u32>,
}
@group(0) @binding(0) var<uniform> size: vec2u;
@group(0) @binding(1) var<storage, read_write> matte: array<f32>;
// The R, G and B planes of the frame.
@group(0) @binding(2) var<storage, read_write> picture: array<f32>;
@group(0) @binding(3) var<storage, read_write> moments: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> lines: array<vec2f>;
@group(0) @binding(5) var<storage, read_write> across: array<vec2f>;
// One byte each: fitted alpha, luminance, slope, plain matte.
@group(0) @binding(6) var<storage, read_write> texels: array<u32>;
// How much of the person is the styled part of them; 1 everywhere if the region is no part.
@group(0) @binding(7) var<storage, read_write> share: array<f32>;
@group(0) @binding(8) var<storage, read_write> extent: Extent;

fn outside(at: vec2u) -> bool { return any(at >= size); }

fn luminance(i: u32) -> f32 {
  let area = size.x * size.y;
  return 0.299 * picture[i] + 0.587 * picture[i + area] + 0.114 * picture[i + 2 * area];
}

// The pixel so many steps to the right or below, or the last one before the border.
fn beside(at: vec2u, step: i32) -> u32 {
  return at.y * size.x + u32(clamp(i32(at.x) + step, 0, i32(size.x) - 1));
}
fn below(at: vec2u, step: i32) -> u32 {
  return u32(clamp(i32(at.y) + step, 0, i32(size.y) - 1)) * size.x + at.x;
}

@compute @workgroup_size(8, 8)
fn gather(@builtin(global_invocation_id) id: vec3u) {
  if (outside(id.xy)) { return; }
  var sum = vec4f(0);
  for (var step = -RADIUS; step <= RADIUS; step++) {
    let i = beside(id.xy, step);
    let light = luminance(i);
    sum += vec4f(light, matte[i], light * matte[i], light * light);
  }
  moments[id.y * size.x + id.x] = sum;
}

@compute @workgroup_size(8, 8)
fn solve(@builtin(global_invocation_id) id: vec3u) {
  if (outside(id.xy)) { return; }
  var sum = vec4f(0);
  for (var step = -RADIUS; step <= RADIUS; step++) { sum += moments[below(id.xy, step)]; }
  let mean = sum / f32((2 * RADIUS + 1) * (2 * RADIUS + 1));
  let slope = (mean.z - mean.x * mean.y) / (mean.w - mean.x * mean.x + EPSILON);
  lines[id.y * size.x + id.x] = vec2f(slope, mean.y - slope * mean.x);
}

@compute @workgroup_size(8, 8)
fn spread(@builtin(global_invocation_id) id: vec3u) {
  if (outside(id.xy)) { return; }
  var sum = vec2f(0);
  for (var step = -RADIUS; step <= RADIUS; step++) { sum += lines[beside(id.xy, step)]; }
  across[id.y * size.x + id.x] = sum;
}

@compute @workgroup_size(8, 8)
fn fit(@builtin(global_invocation_id) id: vec3u) {
  if (outside(id.xy)) { return; }
  let i = id.y * size.x + id.x;
  var sum = vec2f(0);
  for (var step = -RADIUS; step <= RADIUS; step++) { sum += across[below(id.xy, step)]; }
  let line = sum / f32((2 * RADIUS + 1) * (2 * RADIUS + 1));
  let light = luminance(i);
  let alpha = saturate(line.y + line.x * light);
  let slope = clamp(line.x, -SLOPE_RANGE, SLOPE_RANGE) / (2 * SLOPE_RANGE) + 0.5;
  texels[i] = pack4x8unorm(vec4f(alpha, light, slope, matte[i]));
  // Either the fitted or the plain alpha is enough, because the compositing shader mixes both.
  if (max(alpha, matte[i]) < FAINT || share[i] < FAINT) { return; }
  atomicMin(&extent.left, id.x);
  atomicMin(&extent.top, id.y);
  atomicMax(&extent.right, id.x + 1);
  atomicMax(&extent.bottom, id.y + 1);
  // Coarse enough that no sum overflows at the size of a live matte. A film's sums may overflow,
  // but nothing reads them.
  let weight = u32(16 * matte[i] * share[i] + 0.5);
  atomicAdd(&extent.mass, weight);
  atomicAdd(&extent.massX, weight * id.x);
  atomicAdd(&extent.massY, weight * id.y);
}
