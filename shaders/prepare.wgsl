// Scales a frame down to a net's input: planes R, G and B, 0..1, each pixel the mean of the area
// under it, as src/effect/stages/prepare/cpu-prepare-stage.ts does.
//
// The browser gives an external texture as R'G'B' converted to the primaries of sRGB, and colours
// outside of them are below 0 or above 1. WebGL does not convert, and the nets do not expect it,
// so the conversion is undone here.
struct Colours {
  // The matrix from linear sRGB to the frame's own primaries, row by row. The fourth value of the
  // first row is 0 where nothing is to be undone.
  toOwn: array<vec4f, 3>,
}
@group(0) @binding(0) var frame: texture_external;
@group(0) @binding(4) var<uniform> colours: Colours;

fn linear(coded: vec3f) -> vec3f {
  let size = abs(coded);
  return sign(coded) * select(pow((size + 0.055) / 1.055, vec3f(2.4)), size / 12.92, size <= vec3f(0.04045));
}

fn coded(linear: vec3f) -> vec3f {
  let size = abs(linear);
  return sign(linear) * select(1.055 * pow(size, vec3f(1.0 / 2.4)) - 0.055, size * 12.92, size <= vec3f(0.0031308));
}

fn texelAt(at: vec2u) -> vec3f {
  let seen = textureLoad(frame, at).rgb;
  if (colours.toOwn[0].w == 0) { return saturate(seen); }
  let light = linear(seen);
  return saturate(coded(vec3f(
    dot(colours.toOwn[0].xyz, light),
    dot(colours.toOwn[1].xyz, light),
    dot(colours.toOwn[2].xyz, light),
  )));
}

struct Region {
  // The whole frame in the net's pixels, and where the region begins in it.
  grid: vec2u,
  at: vec2u,
  size: vec2u,
}
@group(0) @binding(1) var<uniform> region: Region;
@group(0) @binding(2) var<storage, read_write> planes: array<f32>;
struct Changes {
  // Pixels that differ.
  pixels: atomic<u32>,
  // The sum of the differences in green, of 255.
  green: atomic<u32>,
}
@group(0) @binding(3) var<storage, read_write> changes: Changes;

fn meanAt(cell: vec2u) -> vec3f {
  let source = textureDimensions(frame);
  let begin = min(source - 1u, cell * source / region.grid);
  let end = max(begin + 1u, min(source, ((cell + 1u) * source + region.grid - 1u) / region.grid));
  var sum = vec3f(0);
  for (var y = begin.y; y < end.y; y++) {
    for (var x = begin.x; x < end.x; x++) {
      sum += texelAt(vec2u(x, y));
    }
  }
  let count = (end - begin).x * (end - begin).y;
  return sum / f32(count);
}

@compute @workgroup_size(8, 8)
fn scale(@builtin(global_invocation_id) id: vec3u) {
  if (any(id.xy >= region.size)) { return; }
  let colour = meanAt(region.at + id.xy);
  let area = region.size.x * region.size.y;
  let i = id.y * region.size.x + id.x;
  planes[i] = colour.r;
  planes[i + area] = colour.g;
  planes[i + 2 * area] = colour.b;
}

// Measures how much differs from the frame before.
@compute @workgroup_size(8, 8)
fn compare(@builtin(global_invocation_id) id: vec3u) {
  if (any(id.xy >= region.size)) { return; }
  let colour = meanAt(id.xy);
  let i = 3 * (id.y * region.size.x + id.x);
  let before = vec3f(planes[i], planes[i + 1], planes[i + 2]);
  if (any(before != colour)) {
    atomicAdd(&changes.pixels, 1u);
    atomicAdd(&changes.green, u32(255 * abs(before.g - colour.g) + 0.5));
  }
  planes[i] = colour.r;
  planes[i + 1] = colour.g;
  planes[i + 2] = colour.b;
}
