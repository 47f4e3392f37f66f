// Packs the layers into one opaque picture, one below the other. A rim around each repeats its
// outermost pixels, so that sampling mixes nothing of two layers. The matte has four bytes a pixel
// and takes two places, because a canvas with alpha would multiply the colours by it.
//
// The places are: the fit, the plain matte with the share, the styled picture, the luminance that
// the style net saw with the distance to ink lines, the blurred background. Each has the line where its rim begins, its columns
// and its lines; all are 0 for a layer that is missing.
@group(0) @binding(0) var<uniform> places: array<vec4u, 5>;
@group(0) @binding(1) var<storage, read> texels: array<u32>;
@group(0) @binding(2) var<storage, read> share: array<f32>;
@group(0) @binding(3) var<storage, read> styled: array<f32>;
@group(0) @binding(4) var<storage, read> seen: array<f32>;
@group(0) @binding(5) var<storage, read> blurred: array<vec4f>;
// In pixels, clipped at INK_RANGE on either side of 0.
@group(0) @binding(6) var<storage, read> ink: array<f32>;

@vertex
fn cover(@builtin(vertex_index) corner: u32) -> @builtin(position) vec4f {
  return vec4f(select(-1.0, 3.0, corner == 1), select(-1.0, 3.0, corner == 2), 0, 1);
}

@fragment
fn pack(@builtin(position) position: vec4f) -> @location(0) vec4f {
  let pixel = vec2u(position.xy);
  var colour = vec3f(0);
  for (var layer = 0u; layer < 5; layer++) {
    let top = places[layer].x;
    let size = places[layer].yz;
    if (size.x == 0 || pixel.y < top || pixel.y >= top + size.y + 2) { continue; }
    let at = vec2u(clamp(vec2i(pixel) - vec2i(1, i32(top) + 1), vec2i(0), vec2i(size) - 1));
    let i = at.y * size.x + at.x;
    let area = size.x * size.y;
    switch layer {
      case 0: { colour = unpack4x8unorm(texels[i]).rgb; }
      case 1: { colour = vec3f(unpack4x8unorm(texels[i]).a, share[i], 0); }
      case 2: {
        colour = vec3f(styled[i], styled[i + area], styled[i + 2 * area]);
      }
      case 3: {
        let colours = vec3f(seen[i], seen[i + area], seen[i + 2 * area]);
        let distance = saturate(0.5 + 0.5 / INK_RANGE * ink[i]);
        colour = vec3f(dot(colours, vec3f(0.299, 0.587, 0.114)), distance, 0);
      }
      default: { colour = blurred[i].rgb / blurred[i].a; }
    }
  }
  return vec4f(colour, 1);
}
