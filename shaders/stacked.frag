// Draws the people alone: their own colours above, their matte below (src/media/stacked-alpha.ts,
// from which GUARD_LINES comes).
uniform vec4 uWindow;   // offset and scale of the part of the frame that is shown
uniform float uLines;   // lines of the picture in each half

// How far away from a pixel a colour for it is looked for, in 360ths of the picture's height.
const float radii[3] = float[](3.0, 8.0, 16.0);
const vec2 directions[8] = vec2[](
  vec2(1.0, 0.0), vec2(0.71, 0.71), vec2(0.0, 1.0), vec2(-0.71, 0.71),
  vec2(-1.0, 0.0), vec2(-0.71, -0.71), vec2(0.0, -1.0), vec2(0.71, -0.71)
);

float matteAt(vec2 at) {
  return refinedMatte(texture(uLive, at).rgb, fitAt(at));
}

// The picture without a matte. On a part of the person the style has an edge of its own.
vec3 paintAt(vec2 at, vec3 live, float alpha, vec2 change) {
  float share = uRegion == 1 ? 0.0 : 1.0;
#ifdef PART
  if (uRegion == 3) share = shareAt(at);
#endif
#ifdef DRAWN
  vec3 styled = drawnAt(at, live, alpha, change);
#else
  vec3 styled = styledAt(at, live);
#endif
  return mix(live, styled, uStrength * share);
}

// The person's own colour. On the outline the camera sees person and background mixed. There the
// colour of the person nearby replaces it, the more so the closer the pixel's colour is to the
// background's. Outside of the person their colour continues, and fades to grey.
vec3 personAt(vec2 at) {
  vec3 live = texture(uLive, at).rgb;
  vec4 fit = fitAt(at);
#ifdef DRAWN
  vec3 own = paintAt(at, live, fit.a, vec2(dFdx(fit.a), dFdy(fit.a)));
#else
  vec3 own = paintAt(at, live, 0.0, vec2(0.0));
#endif
  vec2 size = vec2(textureSize(uLive, 0));
  vec2 unit = size.y / 360.0 / size;

  float least = fit.a;
  float most = fit.a;
  for (int i = 0; i < 8; i++) {
    float around = fitAt(at + directions[i] * unit * radii[2 - i % 2]).a;
    least = min(least, around);
    most = max(most, around);
  }
  if (least > 0.98) return own;
  if (most < 0.02) return vec3(0.5);

  vec4 person = vec4(vec3(0.5), 1.0) * 1e-4;
  vec4 background = vec4(0.0);
  for (int ring = 0; ring < 3; ring++) {
    for (int i = 0; i < 8; i++) {
      vec2 there = at + directions[i] * unit * radii[ring];
      vec3 seen = texture(uLive, there).rgb;
      vec4 fitThere = fitAt(there);
      vec3 paint = paintAt(there, seen, 0.0, vec2(0.0));
      float near = 1.0 / radii[ring];
      float matte = refinedMatte(seen, fitThere);
      // Pixels that are surely the person count. Likely ones count only where there are no others,
      // as in a lock of hair.
      person += vec4(paint, 1.0) * near * matte * matte * (0.004 + smoothstep(0.9, 1.0, fitThere.a));
      background += vec4(paint, 1.0) * near * (1.0 - matte) * (1.0 - smoothstep(0.0, 0.3, fitThere.a));
    }
  }
  person.rgb /= person.a;
  float kept = smoothstep(0.7, 1.0, refinedMatte(live, fit));
  if (background.a > 0.0) {
    background.rgb /= background.a;
    vec3 way = person.rgb - background.rgb;
    float reach = dot(way, way);
    // Where person and background have the same colour there is no rim to be seen.
    float along = reach > 0.01 ? dot(own - background.rgb, way) / reach : 1.0;
    kept *= smoothstep(0.5, 0.95, along);
  }
  return mix(person.rgb, own, kept);
}

void main() {
  float line = vAt.y * 2.0 * (uLines + GUARD_LINES);
  bool below = line > uLines + 0.5 * GUARD_LINES;
  if (below) line -= uLines + GUARD_LINES;
  vec2 at = vec2(vAt.x, clamp(line, 0.5, uLines - 0.5) / uLines) * uWindow.zw + uWindow.xy;
  composite = vec4(below ? vec3(matteAt(at)) : personAt(at), 1.0);
}
