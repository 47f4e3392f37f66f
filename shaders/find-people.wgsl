// Finds the box around everybody in a matte, as src/effect/stages/matte/find-people.ts does. CELL
// and SEEN come from there.

// In cells of CELL x CELL pixels.
struct Box {
  left: atomic<u32>,
  top: atomic<u32>,
  right: atomic<u32>,
  bottom: atomic<u32>,
}
@group(0) @binding(0) var<uniform> cells: vec2u;
@group(0) @binding(1) var<storage, read_write> matte: array<f32>;
@group(0) @binding(2) var<storage, read_write> people: Box;

fn seen(cell: vec2i) -> bool {
  if (any(cell < vec2i(0)) || any(cell >= vec2i(cells))) { return false; }
  let width = cells.x * CELL;
  var sum = 0.0;
  for (var y = 0u; y < CELL; y++) {
    let first = (u32(cell.y) * CELL + y) * width + u32(cell.x) * CELL;
    for (var x = 0u; x < CELL; x++) { sum += matte[first + x]; }
  }
  return sum > SEEN * CELL * CELL;
}

// One thread per cell. A cell alone is nobody.
@compute @workgroup_size(8, 8)
fn find(@builtin(global_invocation_id) id: vec3u) {
  if (any(id.xy >= cells)) { return; }
  let cell = vec2i(id.xy);
  if (!seen(cell)) { return; }
  let accompanied = seen(cell + vec2i(1, 0)) || seen(cell - vec2i(1, 0))
    || seen(cell + vec2i(0, 1)) || seen(cell - vec2i(0, 1));
  if (!accompanied) { return; }
  atomicMin(&people.left, id.x);
  atomicMin(&people.top, id.y);
  atomicMax(&people.right, id.x + 1);
  atomicMax(&people.bottom, id.y + 1);
}
