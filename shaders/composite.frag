// The picture: live, styled where the region is, over its background.
#ifdef BACKGROUND
uniform sampler2D uBackdrop;
// The backdrop strongly blurred: the light that falls from it onto the person's outline.
uniform sampler2D uGlow;
uniform vec4 uBackdropFrame;  // offset and scale that make the backdrop cover the frame
uniform int uBackground;      // 0 live, 1 backdrop texture, 2 colour, 3 transparent, 4 nothing but the style's share
uniform vec3 uColour;
#endif

const float wrapStrength = 0.35;

void main() {
  vec3 live = texture(uLive, vAt).rgb;
  float matte = refinedMatte(live, fitAt(vAt));

  float styledShare = uStrength * (uRegion == 1 ? 1.0 - matte : uRegion == 2 ? 1.0 : matte);
#ifdef PART
  if (uRegion == 3) styledShare *= shareAt(vAt);
#endif
  vec3 picture = mix(live, styledAt(vAt, live), styledShare);

  composite = vec4(picture, 1.0);
#ifdef BACKGROUND
  if (uBackground == 0) return;
  if (uBackground == 4) {
    composite = vec4(vec3(styledShare), 1.0);
    return;
  }
  if (uBackground == 3) {
    composite = vec4(picture * matte, matte);
    return;
  }
  vec3 backdrop = uColour;
  vec3 glow = uColour;
  if (uBackground == 1) {
    vec2 backdropAt = vAt * uBackdropFrame.zw + uBackdropFrame.xy;
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
#endif
}
