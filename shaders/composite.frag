// Composites the picture: the live frame, styled where the region is, over its background.
#ifdef BACKGROUND
uniform sampler2D uBackground;
// The background strongly blurred: the light that it throws on the person's outline.
uniform sampler2D uGlow;
// The offset and scale that make the background cover the frame.
uniform vec4 uBackgroundFrame;
// 0 live, 1 texture, 2 colour, 3 transparent, 4 only the style's share as grey
uniform int uBackgroundKind;
uniform vec3 uColour;
#endif

// What blue lacks, as a share of its distance from the luma, where the browser converted the frame
// (src/effect/stages/composite/frame-texels.ts).
uniform float uBlueShort;
// The luma in colours whose blue falls short: BT.709, solved for what the browser made of it.
const vec3 SHORT_LUMA = vec3(0.2117, 0.7123, 0.0759);

const float wrapStrength = 0.35;

void main() {
  vec3 live = texture(uLive, vAt).rgb;
  live.b = clamp(live.b + uBlueShort * (live.b - dot(live, SHORT_LUMA)), 0.0, 1.0);
  vec4 fit = fitAt(vAt);
  float fitted = fittedMatte(live, fit);
  float matte = smoothstep(CLEAR, OPAQUE, fitted);

  float styledShare = uStrength * (uRegion == 1 ? 1.0 - matte : uRegion == 2 ? 1.0 : matte);
#ifdef PART
  if (uRegion == 3) styledShare *= shareAt(vAt);
#endif
#ifdef DRAWN
  // The plain matte: the fitted one follows the grain of the frame, and so would the line.
  vec2 change = vec2(dFdx(fit.a), dFdy(fit.a));
  vec3 picture = live;
  // Drawing costs time, and most of a frame shows none.
  if (styledShare > 0.0) picture = mix(live, drawnAt(vAt, live, fit.a, change), styledShare);
#else
  vec3 picture = mix(live, styledAt(vAt, live), styledShare);
#endif

  composite = vec4(picture, 1.0);
#ifdef BACKGROUND
  if (uBackgroundKind == 0) return;
  if (uBackgroundKind == 4) {
    composite = vec4(vec3(styledShare), 1.0);
    return;
  }
  if (uBackgroundKind == 3) {
    composite = vec4(picture * matte, matte);
    return;
  }
  vec3 background = uColour;
  vec3 glow = uColour;
  if (uBackgroundKind == 1) {
    vec2 at = vAt * uBackgroundFrame.zw + uBackgroundFrame.xy;
    // Images are premultiplied; where they are transparent the live picture shows.
    vec4 shown = texture(uBackground, at);
    vec4 shine = texture(uGlow, at);
    background = shown.rgb + (1.0 - shown.a) * picture;
    glow = shine.rgb + (1.0 - shine.a) * picture;
  }
  // Light wrap: the new background shines over the outline, as a real one does.
  float rim = wrapStrength * (1.0 - smoothstep(0.5, 1.0, matte)) * matte;
  picture = mix(picture, glow, rim);
  composite = vec4(mix(background, picture, matte), 1.0);
#endif
}
