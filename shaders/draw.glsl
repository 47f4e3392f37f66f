// Draws a style by its recipe (src/effect/models/draw-recipe.ts), at the frame's own resolution:
// the net's fields say where, this says how. Previews compute the same in main memory. The names in
// capitals come from src/effect/stages/composite/draw-preview.ts. A GPU has all the parts below; a
// software renderer only those that the recipe uses.

// What can be worked out once for a frame is worked out there (draw-uniforms.ts), because a software
// renderer pays for each operation. It pays for each read of a uniform as well, and so has those
// that only depend on the recipe as constants (src/effect/stages/composite/shader-variants.ts).
#ifndef RECIPE
uniform vec3 uSteps;        // how many, one over that, one over the width of their borders
uniform float uLift;        // how much brighter the middle tones are
uniform float uShading;     // share of the tone's own lightness that stays between the steps
uniform float uDetail;
uniform vec3 uInkColour;
uniform float uInkStrength;
uniform float uShadow;
uniform float uTidemark;
uniform vec3 uScreen;       // lightness where it begins, one over the range to where it is densest, opacity
uniform float uFollow;      // how far it shifts from black to white, in pitches
uniform vec3 uPaperColour;
uniform vec3 uPaper;        // grain, share of the tone, tooth
uniform int uScreenKind;    // 0 none, 1 dots, 2 lines, 3 hatching
#endif
uniform float uChroma;      // factor on it
uniform vec2 uInkLine;      // coverage in the middle of a line, and its change over the ink field
uniform vec3 uOutline;      // width in pixels; where it begins: change of alpha, squared and inverse
uniform float uPitch;       // in pixels
// From places of the frame to cells of the screen: factors on both coordinates, and what is added.
uniform vec3 uScreenAlong;
uniform vec3 uScreenAcross;
uniform vec3 uGrainAlong;   // from places of the frame to the tile of the paper's grain
uniform vec3 uGrainAcross;
#ifdef PALETTE
uniform vec3 uPalette[8];   // from dark to light
uniform int uPaletteSize;
uniform float uPaletteColour; // factor on its chroma
#endif

#ifdef PIGMENTS
// Four ramps, each of the colours for five lightnesses.
#ifdef RECIPE
const vec3 uPigments[20] = vec3[20](PIGMENTS_OF_RECIPE);
#else
uniform vec3 uPigments[20];
uniform int uWarmRamp;      // for warm tones
#endif
#endif
#ifdef BRUSHWORK
uniform sampler2D uBrushwork; // what src/effect/stages/composite/brushwork.ts makes; it repeats
#ifndef RECIPE
uniform vec3 uBrush;          // depth, how far it follows the form, opacity of contours
uniform vec2 uBrushSpares;    // how much less of it skin has, and light tones
#endif
uniform float uBrushTexel;    // in pixels
uniform vec3 uBrushAlong;     // from places of the frame to the tile
uniform vec3 uBrushAcross;
#endif

vec2 mapped(vec2 at, vec3 along, vec3 across) {
  return vec2(dot(along.xy, at) + along.z, dot(across.xy, at) + across.z);
}

#ifdef INK
#ifdef PACKED
vec2 inkSize() { return uSeenPlace.zw * vec2(textureSize(uPacked, 0)); }
float inkTexel(vec2 there) { return packedAt(there, uSeenPlace).g; }
#else
uniform sampler2D uInk;
vec2 inkSize() { return vec2(textureSize(uInk, 0)); }
float inkTexel(vec2 there) { return texture(uInk, there).r; }
#endif

// The ink field, 0..1.
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
  return sum / (own + beside.x + beside.y + beside.z + beside.w);
#else
  return inkTexel(there);
#endif
}
#endif

// A line along the inside of the person's outline, 0..1. None where the outline is soft, as hair is.
// change: of alpha to the next pixels.
float silhouetteAt(float alpha, vec2 change) {
  float line = 0.0;
#ifdef SILHOUETTE
  float steepness = dot(change, change);
  // Nearly all of a person is not near their outline.
  if (steepness > uOutline.y) {
    float slope = sqrt(steepness);
    float inside = (alpha - 0.5) / slope;
    line = clamp(inside + 0.5, 0.0, 1.0) * clamp(uOutline.x - inside + 0.5, 0.0, 1.0)
      * smoothstep(1.0, 2.0, slope * uOutline.z);
  }
#endif
  return line;
}

float eased(float share) {
  float t = clamp(share, 0.0, 1.0);
  return t * t * (3.0 - 2.0 * t);
}

#ifdef STEPS
// The lightness in steps, and darker at their borders where there is a tidemark.
float steppedLight(float light) {
  float scaled = light * uSteps.x;
  float lower = floor(scaled);
  float within = scaled - lower - 0.5;
  float stepped = (lower + eased(within * uSteps.z + 0.5)) * uSteps.y;
#ifdef TIDEMARK
  float rim = eased(within / TIDEMARK_WIDTH + 1.0) * (1.0 - eased(2.0 * within * uSteps.z));
  stepped *= 1.0 - uTidemark * TIDEMARK_DEPTH * rim;
#endif
  return stepped;
}
#endif

#ifdef SCREEN
float lineAt(float along, float width, float pixels) {
  float inside = 0.5 * width - abs(fract(along) - 0.5);
  return clamp(0.5 + inside * pixels, 0.0, 1.0) * clamp(width * pixels, 0.0, 1.0);
}

// How much of a pixel the screen's pattern covers.
// form: the smooth lightness whose changes bend the pattern.
float screenAt(vec2 at, float light, float form) {
  float dark = clamp((uScreen.x - light) * uScreen.y, 0.0, 1.0);
  vec2 along = mapped(at, uScreenAlong, uScreenAcross) + uFollow * form;
  float pitch = uPitch;
  float covered;
  if (uScreenKind == 1) {
    // Round dots of an area, 0..0.5, that touch at one half; in the darker half the paper between
    // the dots is what is drawn, half a cell away. The cell's corners are 1 from its centre.
    bool darker = dark > 0.5;
    float area = darker ? 1.0 - dark : dark;
    vec2 away = abs(2.0 * fract(along + (darker ? 0.5 : 0.0)) - 1.0);
    float radius = area < DOTS_TOUCH ? sqrt(4.0 / PI * area) : 1.0 - sqrt(0.4 - 0.8 * area);
    float inside = min(radius - length(away), (1.0 - away.x - away.y) * sqrt(0.5));
    // Dots that are smaller than a pixel fade.
    float spot = clamp(0.5 + 0.5 * inside * pitch, 0.0, 1.0) * min(radius * pitch, 1.0);
    covered = darker ? 1.0 - spot : spot;
  } else if (uScreenKind == 2) {
    covered = dark > 0.5 ? 1.0 - lineAt(along.y + 0.5, 1.0 - dark, pitch) : lineAt(along.y, dark, pitch);
  } else {
    covered = lineAt(along.y, HATCH_WIDTH * min(2.0 * dark, 1.0), pitch);
    if (dark > 0.5) {
      float crossing = CROSS_COSINE * along.x + CROSS_SINE * along.y;
      covered = max(covered, lineAt(crossing, HATCH_WIDTH * (2.0 * dark - 1.0), pitch));
    }
  }
  return covered;
}
#endif

#ifdef PAPER
// What src/effect/stages/composite/paper-grain.ts makes; it repeats.
uniform sampler2D uGrain;

// How rough the paper is at a place, -0.5..0.5.
float roughAt(vec2 at) {
  return texture(uGrain, mapped(at, uGrainAlong, uGrainAcross)).r - 0.5;
}

vec3 onPaper(vec3 colour, float rough) {
  vec3 covered = mix(uPaperColour, colour, uPaper.y);
#ifdef GRAIN
  covered = clamp(covered * (1.0 + uPaper.x * GRAIN_DEPTH * rough), 0.0, 1.0);
#endif
  return covered;
}
#endif

// The tone's colour at another lightness, with the same hue.
vec3 recoloured(vec3 tone, float lightness, float light, float chromaFactor) {
  float factor = min(MAX_CHROMA, (light + DARKEST) / (lightness + DARKEST));
  vec3 chroma = (tone - lightness) * chromaFactor * factor;
  float highest = max(chroma.r, max(chroma.g, chroma.b));
  float lowest = min(chroma.r, min(chroma.g, chroma.b));
  // Chroma that does not fit is reduced as a whole, because clipping would turn the hue.
  if (highest > 1.0 - light || -lowest > light)
    chroma *= min(1.0, min((1.0 - light) / max(highest, 1e-4), light / max(-lowest, 1e-4)));
  return light + chroma;
}

#if defined(PIGMENTS) || defined(BRUSHWORK)
// How much more red than blue a tone has.
float rednessOf(vec3 tone, float lightness) {
  return (tone.r - tone.b) / (lightness + REDNESS_ADDED);
}

// How warm a tone is, 0..1.
float warmthOf(float redness) {
  return smoothstep(WARM_FROM, WARM_TO, redness);
}
#endif

#ifdef PIGMENTS
// With no index that depends on the place: that is slow where there is no GPU.
vec3 rampAt(int ramp, float light) {
  int at = 5 * ramp;
  vec4 parts = clamp(4.0 * light - vec4(0.0, 1.0, 2.0, 3.0), 0.0, 1.0);
  vec3 dark = mix(mix(uPigments[at], uPigments[at + 1], parts.x), uPigments[at + 2], parts.y);
  return mix(mix(dark, uPigments[at + 3], parts.z), uPigments[at + 4], parts.w);
}

// The painting's colour for a lightness.
// shares: of the second, third and fourth ramp.
vec3 pigmentAt(vec3 tone, float lightness, float light, vec3 shares) {
  vec3 colour = rampAt(0, light);
  if (uWarmRamp > 0) {
    float warmth = warmthOf(rednessOf(tone, lightness));
    if (warmth > 0.0) colour = mix(colour, rampAt(uWarmRamp, light), warmth);
  }
  if (shares.r > 0.0) colour = mix(colour, rampAt(1, light), shares.r);
  if (shares.g > 0.0) colour = mix(colour, rampAt(2, light), shares.g);
  if (shares.b > 0.0) colour = mix(colour, rampAt(3, light), shares.b);
  float grey = dot(colour, luma);
  return clamp(grey + uChroma * (colour - grey), 0.0, 1.0);
}
#endif

#ifdef BRUSHWORK
// The shares of the ramps of pigments, and the relief.
// shown: how much there is of the shares.
vec4 brushworkAt(vec2 at, float form, float shown) {
  vec4 there = texture(uBrushwork, mapped(at, uBrushAlong, uBrushAcross) + vec2(0.0, uBrush.y * form));
  there.rgb = shown * clamp((there.rgb - 0.5) * max(BORDER * uBrushTexel, 1.0) + 0.5, 0.0, 1.0);
  return there;
}
#endif

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

// The style at a place of the frame that is not all in shadow.
// styled: of the net there. fine: its lightness with the frame's detail. ink: that is there already.
// shares: of the pigments' ramps.
vec3 toneAndInk(vec2 at, vec4 styled, float lightness, float fine, float ink, vec3 shares) {
  float light = fine;
#ifdef STEPS
  if (uSteps.x > 0.0) light = mix(steppedLight(fine), fine, uShading);
#endif
#if defined(BLANK)
  vec3 colour = uPaperColour;
#elif defined(PIGMENTS)
  vec3 colour = pigmentAt(styled.rgb, lightness, light, shares);
#elif defined(GREY)
  vec3 colour = vec3(light);
#else
  vec3 colour = recoloured(styled.rgb, lightness, light, uChroma);
#endif
#ifdef PALETTE
  colour = mix(colour, paletteAt(light), PALETTE_SHARE);
#endif
  float rough = 0.0;
#ifdef PAPER
#if defined(GRAIN) || defined(TOOTH)
  if (uPaper.x + uPaper.z > 0.0) rough = roughAt(at);
#endif
#ifndef BLANK
  colour = onPaper(colour, rough);
#endif
#endif
#ifdef SCREEN
  // Where the paper stands out its strokes are wider.
  float stroke = light + uPaper.z * STROKE_GRAIN * rough;
  if (uScreenKind != 0 && stroke < uScreen.x)
    ink = max(ink, uScreen.z * screenAt(at, stroke, lightness));
#endif
#ifdef INK
  vec2 there = (at - uStyledFrame.xy) / uStyledFrame.zw;
  ink = max(ink, uInkStrength * clamp(uInkLine.x - uInkLine.y * inkAt(there), 0.0, 1.0));
#endif
#ifdef TOOTH
  // Ink leaves the hollows of the paper free.
  ink *= clamp(1.0 - uPaper.z * INK_GRAIN * max(rough, 0.0), 0.0, 1.0);
#endif
#ifdef SHADOW
  if (uShadow > 0.0) ink = max(ink, 1.0 - eased((fine - uShadow) * (0.5 / SHADOW_BORDER) + 0.5));
#endif
  return mix(colour, uInkColour, ink);
}

// The style at a place of the frame.
// alpha, change: as silhouetteAt takes them.
vec3 drawnAt(vec2 at, vec3 live, float alpha, vec2 change) {
  vec4 styled = styleAt((at - uStyledFrame.xy) / uStyledFrame.zw);
  float lightness = dot(styled.rgb, luma);
  float fine = clamp(lightness + uLineShare * uDetail * unseenLine(live, styled.a), 0.0, 1.0);
  fine += uLift * fine * (1.0 - fine);
  float ink = silhouetteAt(alpha, change);
  vec3 shares = vec3(0.0);
#ifdef BRUSHWORK
  float redness = rednessOf(styled.rgb, lightness);
  float skin = warmthOf(redness) * (1.0 - smoothstep(SKIN_UNTIL, NO_SKIN_FROM, redness));
  float kept = (1.0 - uBrushSpares.x * skin) * (1.0 - uBrushSpares.y * smoothstep(LIGHT_FROM, LIGHT_TO, fine));
  float shown = smoothstep(HIDDEN_UNTIL, SHOWN_FROM, kept);
  vec4 brushwork = brushworkAt(at, lightness, shown);
  shares = brushwork.rgb;
  float relief = (max(brushwork.a, CONTOUR) - LEVEL) / (1.0 - LEVEL);
  fine = clamp(fine + kept * uBrush.x * relief * 4.0 * fine * (1.0 - fine), 0.0, 1.0);
  float contour = 1.0 - smoothstep(0.5 * CONTOUR, CONTOUR, brushwork.a);
  ink = max(ink, uBrush.z * shown * contour);
#endif
  vec3 drawn = uInkColour;
#ifdef SHADOW
  if (fine > uShadow - SHADOW_BORDER)
#endif
    drawn = toneAndInk(at, styled, lightness, fine, ink * uInkStrength, shares);
  return drawn;
}
