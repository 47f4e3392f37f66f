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
uniform vec4 uScreenGrid;   // cosine and sine of the angle over the pitch, the pitch, follow
// Lightness where it begins, one over the range from there to where it is densest, opacity.
uniform vec3 uScreenRange;
uniform vec3 uPaperColour;
uniform vec3 uPaper;        // grain, share of the tone, tooth
#ifdef PALETTE
uniform vec3 uPalette[8];   // from dark to light
uniform int uPaletteSize;
uniform float uPaletteColour; // factor on its chroma
#endif
// From pixels of the frame to those of patterns: cosine and sine of the turn, and the shift.
uniform vec4 uAnchor;

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
// change: of alpha to the next pixels.
float silhouetteAt(float alpha, vec2 change) {
  float line = 0.0;
#ifdef SILHOUETTE
  float steepness = dot(change, change);
  bool shown = uInkLine.w > 0.0 && uRegion != 1 && uRegion != 2;
  float unit = float(textureSize(uLive, 0).y) / 360.0;
  // Nearly all of a person is not near their outline.
  if (shown && steepness * unit * unit > SOFT_OUTLINE * SOFT_OUTLINE) {
    float slope = sqrt(steepness);
    float inside = (alpha - 0.5) / slope;
    line = clamp(inside + 0.5, 0.0, 1.0) * clamp(uInkLine.w - inside + 0.5, 0.0, 1.0)
      * smoothstep(SOFT_OUTLINE, 2.0 * SOFT_OUTLINE, slope * unit);
  }
#endif
  return line;
}

#ifdef STEPS
// The lightness in steps, and darker at their borders where there is a tidemark.
float steppedLight(float light) {
  float scaled = light * uTone.x;
  float within = fract(scaled) - 0.5;
  float soft = max(0.5 * uTone.y, HARD_BORDER);
  float stepped = (floor(scaled) + smoothstep(-soft, soft, within)) / uTone.x;
#ifdef TIDEMARK
  float rim = smoothstep(-TIDEMARK_WIDTH, 0.0, within) * (1.0 - smoothstep(0.0, soft, within));
  stepped *= 1.0 - uTidemark * TIDEMARK_DEPTH * rim;
#endif
  return stepped;
}
#endif

#ifdef SCREEN
#ifndef SCREEN_KIND
#define SCREEN_KIND uScreenKind
#endif

float lineAt(float along, float width, float pixels) {
  float inside = 0.5 * width - abs(fract(along) - 0.5);
  return clamp(0.5 + inside * pixels, 0.0, 1.0) * clamp(width * pixels, 0.0, 1.0);
}

// How much of a pixel the screen's pattern covers.
// form: the smooth lightness whose changes bend the pattern.
float screenAt(vec2 pixel, float light, float form) {
  float dark = clamp((uScreenRange.x - light) * uScreenRange.y, 0.0, 1.0);
  vec2 along = vec2(dot(pixel, uScreenGrid.xy), pixel.y * uScreenGrid.x - pixel.x * uScreenGrid.y)
    + uScreenGrid.w * form;
  float pitch = uScreenGrid.z;
  float covered;
  if (SCREEN_KIND == 1) {
    // Round dots of an area, 0..0.5, that touch at one half; in the darker half the paper between
    // the dots is what is drawn. The cell's corners are 1 from its centre.
    bool darker = dark > 0.5;
    float area = darker ? 1.0 - dark : dark;
    vec2 away = abs(2.0 * fract(along) - 1.0);
    away = darker ? 1.0 - away : away;
    float radius = area < DOTS_TOUCH ? sqrt(4.0 / PI * area) : 1.0 - sqrt(0.4 * (1.0 - 2.0 * area));
    float inside = min(radius - length(away), (1.0 - away.x - away.y) * sqrt(0.5));
    // Dots that are smaller than a pixel fade.
    float spot = clamp(0.5 + 0.5 * inside * pitch, 0.0, 1.0) * clamp(radius * pitch, 0.0, 1.0);
    covered = darker ? 1.0 - spot : spot;
  } else if (SCREEN_KIND == 2) {
    covered = dark > 0.5 ? 1.0 - lineAt(along.y + 0.5, 1.0 - dark, pitch) : lineAt(along.y, dark, pitch);
  } else {
    float crossing = CROSS_COSINE * along.x + CROSS_SINE * along.y;
    covered = max(
      lineAt(along.y, HATCH_WIDTH * clamp(2.0 * dark, 0.0, 1.0), pitch),
      lineAt(crossing, HATCH_WIDTH * clamp(2.0 * dark - 1.0, 0.0, 1.0), pitch)
    );
  }
  return covered;
}
#endif

#ifdef PAPER
// What src/effect/stages/composite/paper-grain.ts makes; it repeats.
uniform sampler2D uGrain;

// How rough the paper is at a place, -0.5..0.5.
float roughAt(vec2 pixel, float lines) {
  return texture(uGrain, pixel * (360.0 / (GRAIN_SIZE * GRAIN_TILE) / lines)).r - 0.5;
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
// alpha, change: as silhouetteAt takes them.
vec3 drawnAt(vec2 at, vec3 live, float alpha, vec2 change) {
  vec2 there = (at - uStyledFrame.xy) / uStyledFrame.zw;
  vec4 styled = styleAt(there);
  float lightness = dot(styled.rgb, luma);
  float detail = uLineShare * uTone.w * unseenLine(live, styled.a);
  float fine = clamp(lightness + detail, 0.0, 1.0);
  float light = fine;
#ifdef STEPS
  if (uTone.x > 0.0) light = mix(steppedLight(fine), fine, uShading);
#endif
#ifdef GREY
  vec3 colour = vec3(light);
#else
  vec3 colour = recoloured(styled.rgb, lightness, light, uTone.z);
#endif
#ifdef PALETTE
  colour = mix(colour, paletteAt(light), PALETTE_SHARE);
#endif
  float ink = silhouetteAt(alpha, change) * uInkLine.z;
#if defined(SCREEN) || defined(PAPER)
  vec2 frameSize = vec2(textureSize(uLive, 0));
  vec2 place = at * frameSize;
  vec2 pixel = uAnchor.x * place + uAnchor.y * vec2(-place.y, place.x) + uAnchor.zw;
#endif
  float rough = 0.0;
#ifdef PAPER
  if (uPaper.x + uPaper.z > 0.0) rough = roughAt(pixel, frameSize.y);
  colour = onPaper(colour, rough);
#endif
#ifdef SCREEN
  // Where the paper stands out its strokes are wider.
  float stroke = light + uPaper.z * STROKE_GRAIN * rough;
  if (SCREEN_KIND != 0 && stroke < uScreenRange.x)
    ink = max(ink, uScreenRange.z * screenAt(pixel, stroke, lightness));
#endif
#ifdef INK
  ink = max(ink, uInkLine.z * clamp(0.5 + uInkLine.y - inkAt(there), 0.0, 1.0));
#endif
#ifdef PAPER
  // Ink leaves the hollows of the paper free.
  ink *= clamp(1.0 - uPaper.z * INK_GRAIN * max(rough, 0.0), 0.0, 1.0);
#endif
#ifdef SHADOW
  if (uShadow > 0.0) ink = max(ink, 1.0 - smoothstep(uShadow - SHADOW_BORDER, uShadow + SHADOW_BORDER, fine));
#endif
  return mix(colour, uInkColour, ink);
}
