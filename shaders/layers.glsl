// What both shaders of a frame read: composite.frag, stacked.frag.
precision highp float;

in vec2 vAt;
out vec4 composite;

uniform sampler2D uLive;

#ifdef PACKED
// All layers in one picture (shaders/pack.wgsl), and where in it: offset and scale.
uniform sampler2D uPacked;
uniform vec4 uFitPlace;
uniform vec4 uPlainPlace;
uniform vec4 uStyledPlace;
uniform vec4 uSeenPlace;

vec3 packedAt(vec2 at, vec4 place) {
  return texture(uPacked, place.xy + clamp(at, 0.0, 1.0) * place.zw).rgb;
}
vec4 fitAt(vec2 at) { return vec4(packedAt(at, uFitPlace), packedAt(at, uPlainPlace).r); }
float shareAt(vec2 at) { return packedAt(at, uPlainPlace).g; }
vec4 styleAt(vec2 at) { return vec4(packedAt(at, uStyledPlace), packedAt(at, uSeenPlace).r); }
#else
uniform sampler2D uStyled;
uniform sampler2D uMatte;

// Fitted alpha, luminance, slope, plain matte (src/effect/stages/matte/guided-filter.ts).
#ifdef WINDOWED
// Where the matte lies in the frame: offset and scale. Beside it is nobody.
uniform vec4 uMatteFrame;
vec2 inMatte(vec2 at) { return (at - uMatteFrame.xy) / uMatteFrame.zw; }
vec4 fitAt(vec2 at) {
  vec2 there = inMatte(at);
  vec2 inside = step(abs(there - 0.5), vec2(0.5));
  return mix(vec4(0.0, 0.0, 0.5, 0.0), texture(uMatte, there), inside.x * inside.y);
}
#else
vec2 inMatte(vec2 at) { return at; }
vec4 fitAt(vec2 at) { return texture(uMatte, at); }
#endif
#ifdef PART
uniform sampler2D uShare;
// How much of the person is the region's part of them (src/effect/stages/matte/part-share.ts).
float shareAt(vec2 at) { return texture(uShare, inMatte(at)).r; }
#endif
// The styled picture, and as alpha the luminance of what the net saw.
vec4 styleAt(vec2 at) { return texture(uStyled, at); }
#endif

uniform float uStrength;      // 0 live .. 1 styled
uniform int uRegion;          // 0 person, 1 background, 2 everything, 3 a part of the person
uniform float uLineShare;     // of the lines that the net did not see, 0 or 1
uniform vec4 uStyledFrame;    // where the styled picture lies in the frame: offset and scale

const float slopeRange = 8.0; // SLOPE_RANGE of src/effect/stages/matte/guided-filter.ts

const vec3 luma = vec3(0.299, 0.587, 0.114);
// What differs less from what the net saw is a camera's grain or a texture, not a line; lights are drawn with more restraint than darks.
const float leastDark = 0.04;
const float leastLight = 0.07;
const float lineGain = 1.2;

float refinedMatte(vec3 live, vec4 fit) {
  float luminance = dot(live, luma);
  float slope = (fit.b * 255.0 / 256.0 - 127.5 / 256.0) * 2.0 * slopeRange;
  float alpha = fit.r + slope * (luminance - fit.g);
  // What the net is sure of stays so: the line fits only near the edge.
  alpha = mix(alpha, fit.a, smoothstep(0.35, 0.5, abs(fit.a - 0.5)));
  return smoothstep(0.1, 0.9, alpha);
}

// The net saw the frame small: the lines that it could not see are drawn from the frame itself, where it is the same frame.
vec3 styledAt(vec2 at, vec3 live) {
  vec4 styled = styleAt((at - uStyledFrame.xy) / uStyledFrame.zw);
  float unseen = dot(live, luma) - styled.a;
  return clamp(styled.rgb + uLineShare * lineGain * (unseen - clamp(unseen, -leastDark, leastLight)), 0.0, 1.0);
}
