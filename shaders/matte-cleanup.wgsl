// Cleans a matte step for step as src/effect/stages/matte/matte-cleanup.ts does. The constants in
// capitals that are not declared here come from there.

const NOBODY = 0u;
const PERSON = 1u;
const BLOTCH = 2u;
const NONE = 0xffffffffu;

// What is known about a region; it is kept at the region's first pixel.
struct Region {
  area: atomic<u32>,
  age: atomic<u32>,
  overlap: atomic<u32>,
  // Whether it touches the border of the region of interest, and that of the frame.
  border: atomic<u32>,
  frameBorder: atomic<u32>,
  sure: atomic<u32>,
}
// What is kept of a pixel from frame to frame.
struct History {
  // How much of the alpha passes, 0..1.
  gain: f32,
  // The least alpha, 0..1: it rises over holes.
  floor: f32,
  // For how many frames it has been in a blotch.
  framesHeldBack: u32,
  // 1 where it was a person in the last frame after its holes were filled.
  wasFilled: u32,
  kind: u32,
}
struct Largest {
  area: atomic<u32>,
  id: atomic<u32>,
}
// The region of interest that the matte shows.
struct Roi {
  size: vec2u,
  // The size of the whole frame in the same pixels, and where the region begins in it.
  grid: vec2u,
  at: vec2u,
}
@group(0) @binding(0) var<uniform> roi: Roi;
@group(0) @binding(1) var<storage, read_write> matte: array<f32>;
// For each pixel another pixel of its region; in the end the region's first one.
@group(0) @binding(2) var<storage, read_write> labels: array<atomic<u32>>;
@group(0) @binding(3) var<storage, read_write> regions: array<Region>;
@group(0) @binding(4) var<storage, read_write> history: array<History>;
@group(0) @binding(5) var<storage, read_write> largest: Largest;

fn outside(at: vec2u) -> bool { return any(at >= roi.size); }
fn index(at: vec2u) -> u32 { return at.y * roi.size.x + at.x; }
fn framePixels() -> f32 { return f32(roi.grid.x * roi.grid.y); }
fn atBorder(at: vec2u, size: vec2u) -> bool { return any(at == vec2u(0)) || any(at == size - 1); }

fn begin(at: vec2u, belongs: bool) {
  let i = index(at);
  atomicStore(&labels[i], select(NONE, i, belongs));
  atomicStore(&regions[i].area, 0u);
  atomicStore(&regions[i].age, 0u);
  atomicStore(&regions[i].overlap, 0u);
  atomicStore(&regions[i].border, 0u);
  atomicStore(&regions[i].frameBorder, 0u);
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

// Union by atomic minimum (Playne and Hawick 2018): a thread that was overtaken goes on with the
// label that the other one wrote.
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
  if (id.y > 0 && atomicLoad(&labels[i - roi.size.x]) != NONE) { unite(i, i - roi.size.x); }
}

@compute @workgroup_size(8, 8)
fn gather(@builtin(global_invocation_id) id: vec3u) {
  if (outside(id.xy)) { return; }
  let i = index(id.xy);
  if (atomicLoad(&labels[i]) == NONE) { return; }
  let first = root(i);
  atomicStore(&labels[i], first);
  atomicAdd(&regions[first].area, 1u);
  atomicAdd(&regions[first].age, history[i].framesHeldBack);
  if (history[i].kind == PERSON) { atomicAdd(&regions[first].overlap, 1u); }
  if (matte[i] > SURE) { atomicAdd(&regions[first].sure, 1u); }
  if (atBorder(id.xy, roi.size)) { atomicStore(&regions[first].border, 1u); }
  if (atBorder(roi.at + id.xy, roi.grid)) { atomicStore(&regions[first].frameBorder, 1u); }
}

@compute @workgroup_size(8, 8)
fn measure(@builtin(global_invocation_id) id: vec3u) {
  if (outside(id.xy)) { return; }
  let i = index(id.xy);
  if (atomicLoad(&labels[i]) == i) { atomicMax(&largest.area, atomicLoad(&regions[i].area)); }
}

// Of several regions of the largest area the first one is chosen.
@compute @workgroup_size(8, 8)
fn choose(@builtin(global_invocation_id) id: vec3u) {
  if (outside(id.xy)) { return; }
  let i = index(id.xy);
  if (atomicLoad(&labels[i]) != i) { return; }
  if (atomicLoad(&regions[i].area) == atomicLoad(&largest.area)) { atomicMin(&largest.id, i); }
}

// The largest region is a person. Another one passes when it is large and has stayed, or was part
// of a person until now; so does a hand that comes in at the border of the frame.
@compute @workgroup_size(8, 8)
fn judge(@builtin(global_invocation_id) id: vec3u) {
  if (outside(id.xy)) { return; }
  let i = index(id.xy);
  let first = atomicLoad(&labels[i]);
  if (first == NONE) {
    history[i].kind = NOBODY;
    return;
  }
  let area = atomicLoad(&regions[first].area);
  let age = atomicLoad(&regions[first].age);
  let stays = 2 * atomicLoad(&regions[first].overlap) >= area;
  let second = max(
    SMALLEST_PERSON * framePixels(),
    min(SECOND_PERSON * framePixels(), SHARE_OF_FIRST * f32(atomicLoad(&largest.area))),
  );
  let hand = atomicLoad(&regions[first].frameBorder) == 1
    && f32(area) >= SMALLEST_HAND * framePixels()
    && f32(atomicLoad(&regions[first].sure)) >= SURE_SHARE * f32(area);
  let passes = (first == atomicLoad(&largest.id) && f32(area) >= SMALLEST_PERSON * framePixels())
    || (f32(area) >= second && (stays || age >= SETTLED * area))
    || (hand && (stays || age >= HAND_SETTLED * area));
  history[i].kind = select(BLOTCH, PERSON, passes);
}

@compute @workgroup_size(8, 8)
fn hold(@builtin(global_invocation_id) id: vec3u) {
  if (outside(id.xy)) { return; }
  let i = index(id.xy);
  // City-block distances to the nearest person and blotch, up to EDGE.
  var toPerson = EDGE + 1;
  var toBlotch = EDGE + 1;
  for (var dy = -EDGE; dy <= EDGE; dy++) {
    let reach = EDGE - abs(dy);
    for (var dx = -reach; dx <= reach; dx++) {
      let there = vec2i(id.xy) + vec2i(dx, dy);
      if (any(there < vec2i(0)) || any(there >= vec2i(roi.size))) { continue; }
      let kind = history[index(vec2u(there))].kind;
      let distance = abs(dx) + abs(dy);
      if (kind == PERSON) { toPerson = min(toPerson, distance); }
      if (kind == BLOTCH) { toBlotch = min(toBlotch, distance); }
    }
  }
  var gain = history[i].gain;
  var framesHeldBack = history[i].framesHeldBack;
  if (toPerson <= EDGE && toPerson <= toBlotch) {
    // What was held back fades in. Anything else is the person moving there, and passes
    // immediately.
    gain = select(1, min(1, gain + ENTER), gain < 1 && framesHeldBack > 0);
    if (gain == 1) { framesHeldBack = 0; }
  } else {
    gain = select(gain * LEAVE, 0, gain < FADED);
    framesHeldBack = select(0, min(255, framesHeldBack + 1), toBlotch == 0);
  }
  history[i].gain = gain;
  history[i].framesHeldBack = framesHeldBack;
  matte[i] *= gain;
}

fn isHole(i: u32) -> bool {
  let first = atomicLoad(&labels[i]);
  if (first == NONE) { return false; }
  return atomicLoad(&regions[first].border) == 0 && f32(atomicLoad(&regions[first].area)) < LARGEST_HOLE * framePixels();
}

@compute @workgroup_size(8, 8)
fn fill(@builtin(global_invocation_id) id: vec3u) {
  if (outside(id.xy)) { return; }
  let i = index(id.xy);
  // The ring around a hole is half transparent too, and is filled as well.
  var near = false;
  for (var dy = -HOLE_RING; dy <= HOLE_RING; dy++) {
    let reach = HOLE_RING - abs(dy);
    for (var dx = -reach; dx <= reach; dx++) {
      let there = vec2i(id.xy) + vec2i(dx, dy);
      if (any(there < vec2i(0)) || any(there >= vec2i(roi.size))) { continue; }
      near = near || isHole(index(vec2u(there)));
    }
  }
  var floor = history[i].floor;
  if (near) {
    // A pixel that was a person until now is filled at once; a gap is covered gradually.
    floor = select(min(1, floor + ENTER), 1, history[i].wasFilled == 1);
  } else {
    floor = select(floor * LEAVE, 0, floor < FADED);
  }
  let filled = max(matte[i], floor);
  history[i].floor = floor;
  history[i].wasFilled = select(0u, 1u, filled > INSIDE);
  matte[i] = filled;
}
