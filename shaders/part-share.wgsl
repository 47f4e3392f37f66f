// Measures how much of the person is one part of them, as src/effect/stages/matte/part-share.ts
// does. RADIUS, NEIGHBOURS and EPSILON come from there.

struct Measure {
  size: vec2u,
  // The plane of the part in the net's output.
  part: u32,
}
@group(0) @binding(0) var<uniform> given: Measure;
@group(0) @binding(1) var<storage, read_write> parts: array<f32>;
@group(0) @binding(2) var<storage, read_write> across: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> share: array<f32>;

fn seen(i: u32) -> vec2f {
  return vec2f(parts[given.part * given.size.x * given.size.y + i], 1 - parts[i]);
}

@compute @workgroup_size(8, 8)
fn gather(@builtin(global_invocation_id) id: vec3u) {
  if (any(id.xy >= given.size)) { return; }
  var sum = vec2f(0);
  for (var step = -RADIUS; step <= RADIUS; step++) {
    sum += seen(id.y * given.size.x + u32(clamp(i32(id.x) + step, 0, i32(given.size.x) - 1)));
  }
  across[id.y * given.size.x + id.x] = sum;
}

@compute @workgroup_size(8, 8)
fn measure(@builtin(global_invocation_id) id: vec3u) {
  if (any(id.xy >= given.size)) { return; }
  var sum = vec2f(0);
  for (var step = -RADIUS; step <= RADIUS; step++) {
    sum += across[u32(clamp(i32(id.y) + step, 0, i32(given.size.y) - 1)) * given.size.x + id.x];
  }
  let around = NEIGHBOURS * sum / f32((2 * RADIUS + 1) * (2 * RADIUS + 1));
  let i = id.y * given.size.x + id.x;
  let own = seen(i);
  share[i] = saturate((own.x + around.x) / (own.y + around.y + EPSILON));
}
