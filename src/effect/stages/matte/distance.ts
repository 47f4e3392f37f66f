/**
 * City-block distance of every pixel to the nearest 0, in two passes (Rosenfeld and Pfaltz,
 * "Sequential operations in digital picture processing", 1966).
 * @param distance - width * height bytes, each 0 or 255; replaced by the distances, at most 255.
 */
export function spreadDistance(distance: Uint8Array, width: number, height: number): void {
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      let d = distance[i]!;
      if (x > 0 && distance[i - 1]! < d - 1) d = distance[i - 1]! + 1;
      if (y > 0 && distance[i - width]! < d - 1) d = distance[i - width]! + 1;
      distance[i] = d;
    }
  }
  for (let y = height - 1, i = distance.length - 1; y >= 0; y--) {
    for (let x = width - 1; x >= 0; x--, i--) {
      let d = distance[i]!;
      if (x < width - 1 && distance[i + 1]! < d - 1) d = distance[i + 1]! + 1;
      if (y < height - 1 && distance[i + width]! < d - 1) d = distance[i + width]! + 1;
      distance[i] = d;
    }
  }
}
