// Smooths a field in time where it does not move, as src/effect/stages/matte/matte-smoother.ts
// does. CALM, NOISE and MOTION come from there.
struct Settings {
  size: vec2u,
  // 1 if there is no frame before this one.
  first: u32,
}
@group(0) @binding(0) var<uniform> settings: Settings;
@group(0) @binding(1) var<storage, read_write> field: array<f32>;
@group(0) @binding(2) var<storage, read_write> past: array<f32>;

@compute @workgroup_size(8, 8)
fn smoothField(@builtin(global_invocation_id) id: vec3u) {
  if (any(id.xy >= settings.size)) { return; }
  let i = id.y * settings.size.x + id.x;
  if (settings.first == 1) {
    past[i] = field[i];
    return;
  }
  let change = field[i] - past[i];
  let share = CALM + (1 - CALM) * smoothstep(NOISE, MOTION, abs(change));
  past[i] += share * change;
  field[i] = past[i];
}
