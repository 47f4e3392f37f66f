// What composite.frag and stacked.frag share: the layers of a frame. SLOPE_RANGE and the other
// names in capitals come from TypeScript (src/effect/stages/composite/shader-variants.ts).
precision highp float;

in vec2 vAt;
out vec4 composite;

uniform sampler2D uLive;

#ifdef WINDOWED
// Offset and scale of the matte in the frame. Beside it there is nobody.
uniform vec4 uMatteFrame;
vec2 inMatte(vec2 at) { return (at - uMatteFrame.xy) / uMatteFrame.zw; }
vec4 onlyInMatte(vec4 fit, vec2 there) {
  vec2 inside = step(abs(there - 0.5), vec2(0.5));
  return mix(vec4(0.0, 0.0, 0.5, 0.0), fit, inside.x * inside.y);
}
#else
vec2 inMatte(vec2 at) { return at; }
vec4 onlyInMatte(vec4 fit, vec2 there) { return fit; }
#endif

#ifdef PACKED
// All layers in one picture (shaders/pack.wgsl), with the offset and scale of each.
uniform sampler2D uPacked;
uniform vec4 uFitPlace;
uniform vec4 uPlainPlace;
uniform vec4 uStyledPlace;
uniform vec4 uSeenPlace;

vec3 packedAt(vec2 at, vec4 place) {
  return texture(uPacked, place.xy + clamp(at, 0.0, 1.0) * place.zw).rgb;
}
vec4 fitAt(vec2 at) {
  vec2 there = inMatte(at);
  return onlyInMatte(vec4(packedAt(there, uFitPlace), packedAt(there, uPlainPlace).r), there);
}
float shareAt(vec2 at) { return packedAt(inMatte(at), uPlainPlace).g; }
vec4 styleAt(vec2 at) { return vec4(packedAt(at, uStyledPlace), packedAt(at, uSeenPlace).r); }
#else
uniform sampler2D uStyled;
uniform sampler2D uMatte;

// Fitted alpha, luminance, slope, plain matte (src/effect/stages/matte/guided-filter.ts).
vec4 fitAt(vec2 at) {
  vec2 there = inMatte(at);
  return onlyInMatte(texture(uMatte, there), there);
}
#ifdef PART
uniform sampler2D uShare;
// Which share of the person here belongs to the styled part
// (src/effect/stages/matte/part-share.ts).
float shareAt(vec2 at) { return texture(uShare, inMatte(at)).r; }
#endif
// The styled picture, and as alpha the luminance that the style net saw.
vec4 styleAt(vec2 at) { return texture(uStyled, at); }
#endif

uniform float uStrength;    // 0 live .. 1 styled
uniform int uRegion;        // 0 person, 1 background, 2 everything, 3 a part of the person
uniform float uLineShare;   // 1 draws the lines that the style net did not see, 0 does not
uniform vec4 uStyledFrame;  // offset and scale of the styled picture in the frame

const vec3 luma = vec3(0.299, 0.587, 0.114);
// A difference below these is camera noise or texture, not a line. Light lines need more of it
// than dark ones, because they disturb more.
const float leastDark = 0.04;
const float leastLight = 0.07;
const float lineGain = 1.2;

// Alpha before its contrast is raised.
float fittedMatte(vec3 live, vec4 fit) {
  float luminance = dot(live, luma);
  float slope = (fit.b * 255.0 / 256.0 - 127.5 / 256.0) * 2.0 * SLOPE_RANGE;
  float alpha = fit.r + slope * (luminance - fit.g);
  // Where the net is sure its own alpha is kept: the fitted line only holds near the edge.
  return mix(alpha, fit.a, smoothstep(SURE_FROM, SURE_TO, abs(fit.a - 0.5)));
}

float refinedMatte(vec3 live, vec4 fit) {
  return smoothstep(CLEAR, OPAQUE, fittedMatte(live, fit));
}

// The style net saw a small copy of the frame. The lines that it could not see are drawn from the
// full-size frame, if it is the same frame.
float unseenLine(vec3 live, float seen) {
  float unseen = dot(live, luma) - seen;
  return lineGain * (unseen - clamp(unseen, -leastDark, leastLight));
}

vec3 styledAt(vec2 at, vec3 live) {
  vec4 styled = styleAt((at - uStyledFrame.xy) / uStyledFrame.zw);
  return clamp(styled.rgb + uLineShare * unseenLine(live, styled.a), 0.0, 1.0);
}
