// Draws a style by its recipe (src/effect/models/draw-recipe.ts), at the frame's own resolution:
// the net's fields say where, this says how. Previews compute the same in main memory. The names in
// capitals come from src/effect/stages/composite/draw-preview.ts. A GPU has all the parts below; a
// software renderer only those that the recipe uses.

uniform vec4 uTone;         // steps, softness, factor on chroma, share of the detail
// Pixels of the frame for the whole range of the ink field, half the width that is added to a line
// in pixels, opacity, width of the silhouette in pixels.
uniform vec4 uInkLine;
uniform vec3 uInkColour;
uniform float uShading;     // share of the tone's own lightness that stays between the steps
uniform float uShadow;
uniform float uTidemark;
uniform int uScreenKind;    // 0 none, 1 dots, 2 lines, 3 hatching
uniform vec4 uScreenGrid;   // pitch in pixels, cosine and sine of the angle, how it follows forms
uniform vec3 uScreenRange;  // lightness where it begins and where it is densest, opacity
uniform vec3 uPaperColour;
uniform vec2 uPaper;        // grain, share of the tone
#ifdef PALETTE
uniform vec3 uPalette[8];   // from dark to light
uniform int uPaletteSize;
uniform float uPaletteColour; // factor on its chroma
#endif
uniform vec2 uAnchor;       // what screens are fixed to, in pixels of the frame

#ifdef INK
#ifdef PACKED
vec2 inkSize() { return uSeenPlace.zw * vec2(textureSize(uPacked, 0)); }
float inkTexel(vec2 there) { return packedAt(there, uSeenPlace).g; }
#else
uniform sampler2D uInk;
vec2 inkSize() { return vec2(textureSize(uInk, 0)); }
float inkTexel(vec2 there) { return texture(uInk, there).r; }
#endif

// The distance to the nearest ink line's border in pixels of the frame, negative inside of it.
float inkAt(vec2 there) {
#ifdef BICUBIC
  // Half-way between Catmull-Rom, which alone would widen thin lines, and bilinear, which alone
  // would bead them. By five bilinear samples, without the corners, which weigh next to nothing.
  vec2 size = inkSize();
  vec2 at = there * size - 0.5;
  vec2 f = fract(at);
  vec2 first = floor(at) + 0.5;
  vec2 before = f * (-0.25 + f * (0.5 - 0.25 * f));
  vec2 right = f * (0.75 + f * (1.0 - 0.75 * f));
  vec2 after = f * f * (-0.25 + 0.25 * f);
  vec2 middle = 1.0 - before - after;
  vec2 low = (first - 1.0) / size;
  vec2 mid = (first + right / middle) / size;
  vec2 high = (first + 2.0) / size;
  vec4 beside = vec4(before.x * middle.y, after.x * middle.y, before.y * middle.x, after.y * middle.x);
  float own = middle.x * middle.y;
  float sum = own * inkTexel(mid) + beside.x * inkTexel(vec2(low.x, mid.y))
    + beside.y * inkTexel(vec2(high.x, mid.y)) + beside.z * inkTexel(vec2(mid.x, low.y))
    + beside.w * inkTexel(vec2(mid.x, high.y));
  return (sum / (own + beside.x + beside.y + beside.z + beside.w) - 0.5) * uInkLine.x;
#else
  return (inkTexel(there) - 0.5) * uInkLine.x;
#endif
}
#endif

// A line along the inside of the person's outline, 0..1. None where the outline is soft, as hair is.
// Only in uniform control flow.
float silhouetteAt(float alpha) {
#ifdef SILHOUETTE
  float slope = length(vec2(dFdx(alpha), dFdy(alpha)));
  float inside = (alpha - 0.5) / max(slope, 1e-4);
  float line = clamp(inside + 0.5, 0.0, 1.0) * clamp(uInkLine.w - inside + 0.5, 0.0, 1.0);
  float unit = float(textureSize(uLive, 0).y) / 360.0;
  bool shown = uInkLine.w > 0.0 && uRegion != 1 && uRegion != 2;
  return shown ? line * smoothstep(SOFT_OUTLINE, 2.0 * SOFT_OUTLINE, slope * unit) : 0.0;
#else
  return 0.0;
#endif
}

#ifdef STEPS
// The lightness in steps, and darker at their borders where there is a tidemark.
float steppedLight(float light) {
  float scaled = light * uTone.x;
  float within = fract(scaled) - 0.5;
  float soft = max(0.5 * uTone.y, HARD_BORDER);
  float stepped = (floor(scaled) + smoothstep(-soft, soft, within)) / uTone.x;
  float rim = smoothstep(-TIDEMARK_WIDTH, 0.0, within) * (1.0 - smoothstep(0.0, soft, within));
  return stepped * (1.0 - uTidemark * TIDEMARK_DEPTH * rim);
}
#endif

#ifdef SCREEN
// Round dots of an area, 0..0.5, that touch at one half. The cell's corners are 1 from its centre.
float dotAt(vec2 fromCentre, float area, float pixels) {
  vec2 away = abs(fromCentre);
  float radius = area < DOTS_TOUCH ? sqrt(4.0 / PI * area) : 1.0 - sqrt(0.4 * (1.0 - 2.0 * area));
  float inside = min(radius - length(away), (1.0 - away.x - away.y) * sqrt(0.5));
  // Dots that are smaller than a pixel fade.
  return clamp(0.5 + inside * pixels, 0.0, 1.0) * clamp(2.0 * radius * pixels, 0.0, 1.0);
}

float lineAt(float along, float width, float pixels) {
  float inside = 0.5 * width - abs(fract(along) - 0.5);
  return clamp(0.5 + inside * pixels, 0.0, 1.0) * clamp(width * pixels, 0.0, 1.0);
}

// How much of a pixel the screen's pattern covers.
// form: the smooth lightness whose changes bend the pattern.
float screenAt(vec2 pixel, float light, float form) {
  if (light >= uScreenRange.x) return 0.0;
  float dark = clamp((uScreenRange.x - light) / (uScreenRange.x - uScreenRange.y), 0.0, 1.0);
  vec2 along = pixel / uScreenGrid.x;
  along = vec2(
    along.x * uScreenGrid.y + along.y * uScreenGrid.z,
    along.y * uScreenGrid.y - along.x * uScreenGrid.z
  ) + uScreenGrid.w * form;
  float pitch = uScreenGrid.x;
  if (uScreenKind == 1) {
    vec2 cell = 2.0 * fract(along) - 1.0;
    // In the darker half the paper between the dots is what is drawn.
    bool darker = dark > 0.5;
    float drawn = dotAt(darker ? 1.0 - abs(cell) : cell, darker ? 1.0 - dark : dark, 0.5 * pitch);
    return darker ? 1.0 - drawn : drawn;
  }
  if (uScreenKind == 2) return dark > 0.5
    ? 1.0 - lineAt(along.y + 0.5, 1.0 - dark, pitch)
    : lineAt(along.y, dark, pitch);
  float first = lineAt(along.y, HATCH_WIDTH * clamp(2.0 * dark, 0.0, 1.0), pitch);
  float second = lineAt(along.x, HATCH_WIDTH * clamp(2.0 * dark - 1.0, 0.0, 1.0), pitch);
  return max(first, second);
}
#endif

#ifdef PAPER
// What src/effect/stages/composite/paper-grain.ts makes; it repeats.
uniform sampler2D uGrain;

// How rough the paper is at a place of the screen, -0.5..0.5.
float roughAt(vec2 pixel, float unit) {
  return texture(uGrain, pixel / (GRAIN_SIZE * GRAIN_TILE * unit)).r - 0.5;
}

vec3 onPaper(vec3 colour, float rough) {
  return clamp(mix(uPaperColour, colour, uPaper.y) * (1.0 + uPaper.x * GRAIN_DEPTH * rough), 0.0, 1.0);
}
#endif

// The tone's colour at another lightness, with the same hue.
vec3 recoloured(vec3 tone, float lightness, float light, float chromaFactor) {
  float factor = min(MOST_CHROMA, (light + DARKEST) / (lightness + DARKEST));
  vec3 chroma = (tone - lightness) * chromaFactor * factor;
  float highest = max(chroma.r, max(chroma.g, chroma.b));
  float lowest = min(chroma.r, min(chroma.g, chroma.b));
  // Chroma that does not fit is reduced as a whole, because clipping would turn the hue.
  float room = min((1.0 - light) / max(highest, 1e-4), light / max(-lowest, 1e-4));
  return light + chroma * min(1.0, room);
}

#ifdef PALETTE
// The palette's colour for a lightness, at that lightness.
vec3 paletteAt(float light) {
  float place = light * float(uPaletteSize - 1);
  int darker = min(int(place), uPaletteSize - 1);
  int lighter = min(darker + 1, uPaletteSize - 1);
  vec3 own = mix(uPalette[darker], uPalette[lighter], place - float(darker));
  return recoloured(own, dot(own, luma), light, uPaletteColour);
}
#endif

// The style at a place of the frame.
// silhouette: how much of the pixel the person's outline covers, 0..1.
vec3 drawnAt(vec2 at, vec3 live, float silhouette) {
  vec2 there = (at - uStyledFrame.xy) / uStyledFrame.zw;
  vec4 styled = styleAt(there);
  float lightness = dot(styled.rgb, luma);
  float detail = uLineShare * uTone.w * unseenLine(live, styled.a);
  float fine = clamp(lightness + detail, 0.0, 1.0);
  float light = fine;
#ifdef STEPS
  if (uTone.x > 0.0) light = mix(steppedLight(fine), fine, uShading);
#endif
  vec3 colour = recoloured(styled.rgb, lightness, light, uTone.z);
#ifdef PALETTE
  colour = mix(colour, paletteAt(light), PALETTE_SHARE);
#endif
  float ink = silhouette * uInkLine.z;
#if defined(SCREEN) || defined(PAPER)
  vec2 frameSize = vec2(textureSize(uLive, 0));
  vec2 pixel = at * frameSize;
#endif
#ifdef PAPER
  float rough = uPaper.x > 0.0 ? roughAt(pixel, frameSize.y / 360.0) : 0.0;
  colour = onPaper(colour, rough);
#endif
#ifdef SCREEN
  if (uScreenKind != 0) ink = max(ink, uScreenRange.z * screenAt(pixel - uAnchor, light, lightness));
#endif
#ifdef INK
  ink = max(ink, uInkLine.z * clamp(0.5 + uInkLine.y - inkAt(there), 0.0, 1.0));
#endif
#ifdef PAPER
  // Ink leaves the hollows of the paper free.
  ink *= clamp(1.0 - uPaper.x * INK_GRAIN * max(rough, 0.0), 0.0, 1.0);
#endif
#ifdef SHADOW
  if (uShadow > 0.0) ink = max(ink, 1.0 - smoothstep(uShadow - SHADOW_BORDER, uShadow + SHADOW_BORDER, fine));
#endif
  return mix(colour, uInkColour, ink);
}
