#version 300 es
precision highp float;

in vec2 vAt;
out vec4 picture;

// A stacked-1 frame: colours above, matte below (src/media/stacked-alpha.ts).
uniform sampler2D uFrame;
// The height of the picture and half a line, both as shares of the frame's height.
uniform float uShare;
uniform float uHalfLine;

// Codecs leave a little noise where the matte is 0 or 1.
const float noise = 0.03;

void main() {
  // Sampling must not reach into the guard band.
  float line = clamp(vAt.y * uShare, uHalfLine, uShare - uHalfLine);
  vec3 colour = texture(uFrame, vec2(vAt.x, line)).rgb;
  vec3 grey = texture(uFrame, vec2(vAt.x, line + 0.5)).rgb;
  float alpha = clamp((dot(grey, vec3(0.299, 0.587, 0.114)) - noise) / (1.0 - 2.0 * noise), 0.0, 1.0);
  picture = vec4(colour * alpha, alpha);
}
