// Steadies a field in time by disagreement: src/effect/stages/matte/smoother.ts.
struct Steadying {
  size: vec2u,
  // 1 where there is no past.
  fresh: u32,
}
@group(0) @binding(0) var<uniform> steadying: Steadying;
@group(0) @binding(1) var<storage, read_write> field: array<f32>;
@group(0) @binding(2) var<storage, read_write> past: array<f32>;

const calm = 0.3;

@compute @workgroup_size(8, 8)
fn steady(@builtin(global_invocation_id) id: vec3u) {
  if (any(id.xy >= steadying.size)) { return; }
  let i = id.y * steadying.size.x + id.x;
  if (steadying.fresh == 1) {
    past[i] = field[i];
    return;
  }
  let change = field[i] - past[i];
  let share = calm + (1 - calm) * smoothstep(0.08, 0.35, abs(change));
  past[i] += share * change;
  field[i] = past[i];
}
