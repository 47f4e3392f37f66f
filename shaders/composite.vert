#version 300 es
in vec2 aPosition;
out vec2 vAt;

void main() {
  // (0, 0) is the top left of the picture, as in all textures here.
  vAt = aPosition;
  gl_Position = vec4(aPosition.x * 2.0 - 1.0, 1.0 - aPosition.y * 2.0, 0.0, 1.0);
}
