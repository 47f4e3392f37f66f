// The blotch guard, step for step as src/effect/stages/matte/matte-cleanup.ts has it, whose numbers these are.
const INSIDE = 0.5;
const EDGE = 5;
const SMALLEST_PERSON = 0.004;
const SECOND_PERSON = 0.015;
const SHARE_OF_FIRST = 0.3;
const SETTLED = 10u;
const SMALLEST_HAND = 0.003;
const HAND_SETTLED = 3u;
const SURE = 0.8;
const SURE_SHARE = 0.7;
const LARGEST_HOLE = 0.01;
const LEAVE = 0.8;
const ENTER = 0.2;

const NOBODY = 0u;
const PERSON = 1u;
const BLOTCH = 2u;
const NONE = 0xffffffffu;

// Of a region, kept at its first pixel.
struct Region {
  area: atomic<u32>,
  age: atomic<u32>,
  overlap: atomic<u32>,
  border: atomic<u32>,
  sure: atomic<u32>,
}
struct Memory {
  gain: f32,
  least: f32,
  strange: u32,
  filled: u32,
  kind: u32,
}
struct Largest {
  area: atomic<u32>,
  id: atomic<u32>,
}
@group(0) @binding(0) var<uniform> size: vec2u;
@group(0) @binding(1) var<storage, read_write> matte: array<f32>;
// Of each pixel another of its region, at last the first one.
@group(0) @binding(2) var<storage, read_write> labels: array<atomic<u32>>;
@group(0) @binding(3) var<storage, read_write> regions: array<Region>;
@group(0) @binding(4) var<storage, read_write> memory: array<Memory>;
@group(0) @binding(5) var<storage, read_write> largest: Largest;

fn outside(at: vec2u) -> bool { return any(at >= size); }
fn index(at: vec2u) -> u32 { return at.y * size.x + at.x; }
fn pixels() -> f32 { return f32(size.x * size.y); }

fn begin(at: vec2u, belongs: bool) {
  let i = index(at);
  atomicStore(&labels[i], select(NONE, i, belongs));
  atomicStore(&regions[i].area, 0u);
  atomicStore(&regions[i].age, 0u);
  atomicStore(&regions[i].overlap, 0u);
  atomicStore(&regions[i].border, 0u);
  atomicStore(&regions[i].sure, 0u);
  if (i == 0) {
    atomicStore(&largest.area, 0u);
    atomicStore(&largest.id, NONE);
  }
}

@compute @workgroup_size(8, 8)
fn beginInside(@builtin(global_invocation_id) id: vec3u) {
  if (outside(id.xy)) { return; }
  begin(id.xy, matte[index(id.xy)] > INSIDE);
}

@compute @workgroup_size(8, 8)
fn beginOutside(@builtin(global_invocation_id) id: vec3u) {
  if (outside(id.xy)) { return; }
  begin(id.xy, matte[index(id.xy)] <= INSIDE);
}

fn root(start: u32) -> u32 {
  var i = start;
  loop {
    let next = atomicLoad(&labels[i]);
    if (next == i) { return i; }
    i = next;
  }
}

// Union by atomic minimum: whoever was overtaken goes on with what the other left (Playne and Hawick 2018).
fn unite(one: u32, other: u32) {
  var a = root(one);
  var b = root(other);
  loop {
    if (a == b) { return; }
    if (a < b) {
      let low = a;
      a = b;
      b = low;
    }
    let before = atomicMin(&labels[a], b);
    if (before == a) { return; }
    a = root(before);
    b = root(b);
  }
}

@compute @workgroup_size(8, 8)
fn connect(@builtin(global_invocation_id) id: vec3u) {
  if (outside(id.xy)) { return; }
  let i = index(id.xy);
  if (atomicLoad(&labels[i]) == NONE) { return; }
  if (id.x > 0 && atomicLoad(&labels[i - 1]) != NONE) { unite(i, i - 1); }
  if (id.y > 0 && atomicLoad(&labels[i - size.x]) != NONE) { unite(i, i - size.x); }
}

@compute @workgroup_size(8, 8)
fn gather(@builtin(global_invocation_id) id: vec3u) {
  if (outside(id.xy)) { return; }
  let i = index(id.xy);
  if (atomicLoad(&labels[i]) == NONE) { return; }
  let first = root(i);
  atomicStore(&labels[i], first);
  atomicAdd(&regions[first].area, 1u);
  atomicAdd(&regions[first].age, memory[i].strange);
  if (memory[i].kind == PERSON) { atomicAdd(&regions[first].overlap, 1u); }
  if (matte[i] > SURE) { atomicAdd(&regions[first].sure, 1u); }
  if (any(id.xy == vec2u(0)) || any(id.xy == size - 1)) { atomicStore(&regions[first].border, 1u); }
}

@compute @workgroup_size(8, 8)
fn measure(@builtin(global_invocation_id) id: vec3u) {
  if (outside(id.xy)) { return; }
  let i = index(id.xy);
  if (atomicLoad(&labels[i]) == i) { atomicMax(&largest.area, atomicLoad(&regions[i].area)); }
}

// Of regions that are equally large the first one.
@compute @workgroup_size(8, 8)
fn choose(@builtin(global_invocation_id) id: vec3u) {
  if (outside(id.xy)) { return; }
  let i = index(id.xy);
  if (atomicLoad(&labels[i]) != i) { return; }
  if (atomicLoad(&regions[i].area) == atomicLoad(&largest.area)) { atomicMin(&largest.id, i); }
}

// The person is the largest region; another one passes when it is large and has stayed, or was part of the person until now,
// and so does a hand that comes in at the border.
@compute @workgroup_size(8, 8)
fn judge(@builtin(global_invocation_id) id: vec3u) {
  if (outside(id.xy)) { return; }
  let i = index(id.xy);
  let first = atomicLoad(&labels[i]);
  if (first == NONE) {
    memory[i].kind = NOBODY;
    return;
  }
  let area = atomicLoad(&regions[first].area);
  let age = atomicLoad(&regions[first].age);
  let stays = 2 * atomicLoad(&regions[first].overlap) >= area;
  let second = max(
    SMALLEST_PERSON * pixels(),
    min(SECOND_PERSON * pixels(), SHARE_OF_FIRST * f32(atomicLoad(&largest.area))),
  );
  let hand = atomicLoad(&regions[first].border) == 1
    && f32(area) >= SMALLEST_HAND * pixels()
    && f32(atomicLoad(&regions[first].sure)) >= SURE_SHARE * f32(area);
  let passes = (first == atomicLoad(&largest.id) && f32(area) >= SMALLEST_PERSON * pixels())
    || (f32(area) >= second && (stays || age >= SETTLED * area))
    || (hand && (stays || age >= HAND_SETTLED * area));
  memory[i].kind = select(BLOTCH, PERSON, passes);
}

@compute @workgroup_size(8, 8)
fn hold(@builtin(global_invocation_id) id: vec3u) {
  if (outside(id.xy)) { return; }
  let i = index(id.xy);
  // City-block distances, as far as they matter.
  var toPerson = EDGE + 1;
  var toBlotch = EDGE + 1;
  for (var dy = -EDGE; dy <= EDGE; dy++) {
    let reach = EDGE - abs(dy);
    for (var dx = -reach; dx <= reach; dx++) {
      let there = vec2i(id.xy) + vec2i(dx, dy);
      if (any(there < vec2i(0)) || any(there >= vec2i(size))) { continue; }
      let kind = memory[index(vec2u(there))].kind;
      let distance = abs(dx) + abs(dy);
      if (kind == PERSON) { toPerson = min(toPerson, distance); }
      if (kind == BLOTCH) { toBlotch = min(toBlotch, distance); }
    }
  }
  var gain = memory[i].gain;
  var strange = memory[i].strange;
  if (toPerson <= EDGE && toPerson <= toBlotch) {
    // Held back until now? Then it fades in. Else it is the person moving there, and passes at once.
    gain = select(1, min(1, gain + ENTER), gain < 1 && strange > 0);
    if (gain == 1) { strange = 0; }
  } else {
    gain = select(gain * LEAVE, 0, gain < 0.02);
    strange = select(0, min(255, strange + 1), toBlotch == 0);
  }
  memory[i].gain = gain;
  memory[i].strange = strange;
  matte[i] *= gain;
}

fn isHole(i: u32) -> bool {
  let first = atomicLoad(&labels[i]);
  if (first == NONE) { return false; }
  return atomicLoad(&regions[first].border) == 0 && f32(atomicLoad(&regions[first].area)) < LARGEST_HOLE * pixels();
}

@compute @workgroup_size(8, 8)
fn fill(@builtin(global_invocation_id) id: vec3u) {
  if (outside(id.xy)) { return; }
  let i = index(id.xy);
  // The ring around a hole is half transparent too: two pixels more are filled.
  var near = false;
  for (var dy = -2; dy <= 2; dy++) {
    let reach = 2 - abs(dy);
    for (var dx = -reach; dx <= reach; dx++) {
      let there = vec2i(id.xy) + vec2i(dx, dy);
      if (any(there < vec2i(0)) || any(there >= vec2i(size))) { continue; }
      near = near || isHole(index(vec2u(there)));
    }
  }
  var least = memory[i].least;
  if (near) {
    // A pixel that was the person until now is filled at once; one that showed the room is covered slowly.
    least = select(min(1, least + ENTER), 1, memory[i].filled == 1);
  } else {
    least = select(least * LEAVE, 0, least < 0.02);
  }
  let filled = max(matte[i], least);
  memory[i].least = least;
  memory[i].filled = select(0u, 1u, filled > INSIDE);
  matte[i] = filled;
}
