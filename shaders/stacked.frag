// The person alone: their own colours above, their matte below (src/media/stacked-alpha.ts).
uniform vec4 uWindow;         // offset and scale of what is shown of the frame
uniform float uLines;         // lines of the picture in each half

const float guardLines = 8.0; // GUARD_LINES of src/media/stacked-alpha.ts

// How far around a pixel its colour is looked for, in 360ths of the picture's height.
const float radii[3] = float[](3.0, 8.0, 16.0);
const vec2 directions[8] = vec2[](
  vec2(1.0, 0.0), vec2(0.71, 0.71), vec2(0.0, 1.0), vec2(-0.71, 0.71),
  vec2(-1.0, 0.0), vec2(-0.71, -0.71), vec2(0.0, -1.0), vec2(0.71, -0.71)
);

float matteAt(vec2 at) {
  return refinedMatte(texture(uLive, at).rgb, fitAt(at));
}

// The picture as it is if nobody stands behind or before anything: the style's edge is not the person's.
vec3 paintAt(vec2 at, vec3 live) {
  float share = uRegion == 1 ? 0.0 : 1.0;
#ifdef PART
  if (uRegion == 3) share = shareAt(at);
#endif
  return mix(live, styledAt(at, live), uStrength * share);
}

// The person's own colour. On the outline a camera sees person and room mixed: there the colour of the person close by is taken, and the
// further a pixel's colour lies on the way to the room's, the more of it. Outside it goes on, and fades to grey.
vec3 personAt(vec2 at) {
  vec3 live = texture(uLive, at).rgb;
  vec4 fit = fitAt(at);
  vec3 own = paintAt(at, live);
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
  vec4 room = vec4(0.0);
  for (int ring = 0; ring < 3; ring++) {
    for (int i = 0; i < 8; i++) {
      vec2 there = at + directions[i] * unit * radii[ring];
      vec3 seen = texture(uLive, there).rgb;
      vec4 fitThere = fitAt(there);
      vec3 paint = paintAt(there, seen);
      float near = 1.0 / radii[ring];
      float matte = refinedMatte(seen, fitThere);
      // Who is surely the person counts; who is only likely to be counts where there is nobody else, as in a lock of hair.
      person += vec4(paint, 1.0) * near * matte * matte * (0.004 + smoothstep(0.9, 1.0, fitThere.a));
      room += vec4(paint, 1.0) * near * (1.0 - matte) * (1.0 - smoothstep(0.0, 0.3, fitThere.a));
    }
  }
  person.rgb /= person.a;
  float kept = smoothstep(0.7, 1.0, refinedMatte(live, fit));
  if (room.a > 0.0) {
    room.rgb /= room.a;
    vec3 way = person.rgb - room.rgb;
    float reach = dot(way, way);
    // Where person and room have the same colour, there is no rim to see.
    float along = reach > 0.01 ? dot(own - room.rgb, way) / reach : 1.0;
    kept *= smoothstep(0.5, 0.95, along);
  }
  return mix(person.rgb, own, kept);
}

void main() {
  float line = vAt.y * 2.0 * (uLines + guardLines);
  bool below = line > uLines + 0.5 * guardLines;
  if (below) line -= uLines + guardLines;
  vec2 at = vec2(vAt.x, clamp(line, 0.5, uLines - 0.5) / uLines) * uWindow.zw + uWindow.xy;
  composite = vec4(below ? vec3(matteAt(at)) : personAt(at), 1.0);
}
