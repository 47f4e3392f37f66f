#version 300 es
precision highp float;

in vec2 vAt;
out vec4 picture;

// Colours above, matte below (src/media/stacked-alpha.ts).
uniform sampler2D uFrame;
// The picture's share of the frame's height, and half a line of the frame.
uniform float uShare;
uniform float uHalfLine;

// A codec leaves a little noise where there is nothing and where there is all.
const float noise = 0.03;

void main() {
  // Nothing of the guard band is mixed in.
  float line = clamp(vAt.y * uShare, uHalfLine, uShare - uHalfLine);
  vec3 colour = texture(uFrame, vec2(vAt.x, line)).rgb;
  vec3 grey = texture(uFrame, vec2(vAt.x, line + 0.5)).rgb;
  float alpha = clamp((dot(grey, vec3(0.299, 0.587, 0.114)) - noise) / (1.0 - 2.0 * noise), 0.0, 1.0);
  picture = vec4(colour * alpha, alpha);
}
