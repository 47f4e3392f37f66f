// Blurs the frame's own background at half the size of the matte, without the people in front of
// it, as src/effect/stages/matte/background-blur.ts does. RADIUS comes from there.

// Of the matte.
@group(0) @binding(0) var<uniform> size: vec2u;
@group(0) @binding(1) var<storage, read_write> matte: array<f32>;
@group(0) @binding(2) var<storage, read_write> picture: array<f32>;
// R, G, B and weight, each multiplied by the weight.
@group(0) @binding(3) var<storage, read_write> blurred: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> scratch: array<vec4f>;

@compute @workgroup_size(8, 8)
fn gather(@builtin(global_invocation_id) id: vec3u) {
  let half = size / 2;
  if (any(id.xy >= half)) { return; }
  let area = size.x * size.y;
  let i = 2 * id.y * size.x + 2 * id.x;
  // Never zero: far inside the person the mean needs some weight.
  let share = 1.001 - max(max(matte[i], matte[i + 1]), max(matte[i + size.x], matte[i + size.x + 1]));
  let colour = vec3f(picture[i], picture[i + area], picture[i + 2 * area]);
  blurred[id.y * half.x + id.x] = vec4f(share * colour, share);
}

@compute @workgroup_size(8, 8)
fn across(@builtin(global_invocation_id) id: vec3u) {
  let half = size / 2;
  if (any(id.xy >= half)) { return; }
  var sum = vec4f(0);
  for (var step = -RADIUS; step <= RADIUS; step++) {
    sum += blurred[id.y * half.x + u32(clamp(i32(id.x) + step, 0, i32(half.x) - 1))];
  }
  scratch[id.y * half.x + id.x] = sum / f32(2 * RADIUS + 1);
}

@compute @workgroup_size(8, 8)
fn down(@builtin(global_invocation_id) id: vec3u) {
  let half = size / 2;
  if (any(id.xy >= half)) { return; }
  var sum = vec4f(0);
  for (var step = -RADIUS; step <= RADIUS; step++) {
    sum += scratch[u32(clamp(i32(id.y) + step, 0, i32(half.y) - 1)) * half.x + id.x];
  }
  blurred[id.y * half.x + id.x] = sum / f32(2 * RADIUS + 1);
}
