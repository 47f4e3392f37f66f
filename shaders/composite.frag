#version 300 es
precision highp float;

in vec2 vAt;
out vec4 composite;

uniform sampler2D uLive;
uniform sampler2D uStyled;
// Per texel: fitted alpha, luminance, slope, plain matte (src/effect/matte/guide.ts).
uniform sampler2D uMatte;
// How much of the person is the region's part of them (src/effect/matte/part-share.ts).
uniform sampler2D uShare;
uniform sampler2D uBackdrop;
// The backdrop strongly blurred: the light that falls from it onto the person's outline.
uniform sampler2D uGlow;

uniform float uStrength;      // 0 live .. 1 styled
uniform int uRegion;          // 0 person, 1 background, 2 everything, 3 a part of the person
uniform int uBackground;      // 0 live, 1 backdrop texture, 2 colour, 3 transparent, 4 nothing but the style's share
uniform vec3 uColour;
uniform vec4 uStyledFrame;    // where the styled picture lies in the frame: offset and scale
uniform vec4 uBackdropFrame;  // offset and scale that make the backdrop cover the frame

const float slopeRange = 8.0; // SLOPE_RANGE of src/effect/matte/guide.ts
const float wrapStrength = 0.35;

float refinedMatte(vec3 live) {
  vec4 fit = texture(uMatte, vAt);
  float luminance = dot(live, vec3(0.299, 0.587, 0.114));
  float slope = (fit.b * 255.0 / 256.0 - 127.5 / 256.0) * 2.0 * slopeRange;
  float alpha = fit.r + slope * (luminance - fit.g);
  // What the net is sure of stays so: the line fits only near the edge.
  alpha = mix(alpha, fit.a, smoothstep(0.35, 0.5, abs(fit.a - 0.5)));
  return smoothstep(0.1, 0.9, alpha);
}

void main() {
  vec3 live = texture(uLive, vAt).rgb;
  float matte = refinedMatte(live);

  float styledShare = uStrength * (uRegion == 1 ? 1.0 - matte : uRegion == 2 ? 1.0 : matte);
  if (uRegion == 3) styledShare *= texture(uShare, vAt).r;
  if (uBackground == 4) {
    composite = vec4(vec3(styledShare), 1.0);
    return;
  }
  vec3 picture = mix(live, texture(uStyled, (vAt - uStyledFrame.xy) / uStyledFrame.zw).rgb, styledShare);

  if (uBackground == 0) {
    composite = vec4(picture, 1.0);
    return;
  }
  if (uBackground == 3) {
    composite = vec4(picture * matte, matte);
    return;
  }
  vec2 backdropAt = vAt * uBackdropFrame.zw + uBackdropFrame.xy;
  vec3 backdrop = uColour;
  vec3 glow = uColour;
  if (uBackground == 1) {
    // Pictures are premultiplied; through what is clear in them the room shows.
    vec4 shown = texture(uBackdrop, backdropAt);
    vec4 shine = texture(uGlow, backdropAt);
    backdrop = shown.rgb + (1.0 - shown.a) * picture;
    glow = shine.rgb + (1.0 - shine.a) * picture;
  }
  // Light wrap: the new background shines over the outline as the old one did.
  float rim = wrapStrength * (1.0 - smoothstep(0.5, 1.0, matte)) * matte;
  picture = mix(picture, glow, rim);
  composite = vec4(mix(backdrop, picture, matte), 1.0);
}
