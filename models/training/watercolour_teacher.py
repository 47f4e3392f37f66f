"""Transparent watercolour: luminous washes that bleed, dark pigment at their rims, paper left white, a few pencil lines.

After Bousseau et al., "Interactive watercolor rendering" (2006): the abstracted picture gives the washes, and pigment
density rises with the gradient of the wash (edge darkening). Granulation comes from the picture's own middle detail.
"""

import cv2
import numpy as np

from abstraction import (
    SUPERSAMPLE,
    across_flow,
    along_flow,
    blur,
    face_features,
    part_maps,
    smoothstep,
    tangent_flow,
    work_lab,
)

PENCIL = np.array([0.30, 0.26, 0.27], np.float32)
STEP = 18  # of Lab lightness
PAPER = np.array([1.0, 0.99, 0.97], np.float32)


def watercolour(image, parts, size):
    """Watercolour of an RGB uint8 image; `parts` may be None; `size` is (width, height) of the result."""
    s = SUPERSAMPLE
    lab = work_lab(image, size)
    face, skin, hair, clothes = part_maps(parts, lab.shape[:2])

    gentle = cv2.bilateralFilter(lab, 0, 9, 1.2 * s)
    flat = gentle
    for _ in range(3):
        flat = cv2.bilateralFilter(flat, 0, 13, 2.4 * s)
    flow = tangent_flow(flat, 1.6 * s)
    flat = along_flow(flat, flow, 3 * s)
    feature, _, _ = face_features(gentle[..., 0], flat[..., 0], face)

    # Washes: soft wide steps of lightness. The picture's middle detail sets the pigment afloat.
    light = blur(flat[..., 0], 0.6 * s)
    afloat = blur(gentle[..., 0], 1.5 * s) - blur(gentle[..., 0], 6 * s)
    light = light + 0.7 * np.clip(afloat, -9, 9) * (1 - skin)
    level = light / STEP
    base = np.floor(level)
    washed = (base + smoothstep(level - base, 0.36, 0.64)) * STEP
    wash = light + (washed - light) * (0.85 - 0.5 * skin)

    # Pigment gathers along the rim of a wash; a thread of paper stays white beside it.
    rim = wash - blur(wash, 1.2 * s)
    pool = wash - blur(wash, 4 * s)
    wash = wash + (1.5 - 0.7 * skin) * np.clip(rim, -8, 5) + 0.5 * np.clip(pool, -12, 2) * (1 - 0.5 * skin)
    grain = gentle[..., 0] - blur(gentle[..., 0], 1.6 * s)
    wash = wash + 0.6 * np.clip(grain, -8, 8) * (1 - 0.7 * skin)
    wash = wash + (gentle[..., 0] - 8 - wash) * 0.9 * feature

    # High key: darks are lifted to transparent pigment, lights burn out to paper.
    t = np.clip(wash / 100, 0, 1)
    bright = 16 + 84 * t**0.75
    bright = bright + (100 - bright) * smoothstep(t, 0.62, 0.92) * (1 - 0.65 * skin)

    # Colour bleeds further than tone.
    chroma = [0.45 * flat[..., c] + 0.55 * blur(flat[..., c], 3.5 * s) for c in (1, 2)]
    vivid = (1.9 - 0.5 * skin) * (1 - (0.8 - 0.3 * skin) * smoothstep(bright, 84, 100))
    a, b = (c * vivid for c in chroma)
    rgb = cv2.cvtColor(np.dstack([np.clip(bright, 0, 100), a, b]).astype(np.float32), cv2.COLOR_LAB2RGB)
    rgb = np.clip(rgb, 0, 1) * PAPER

    line = along_flow(across_flow(blur(gentle[..., 0], 0.3 * s), flow, 0.7 * s), flow, 3 * s)
    line = smoothstep(-line * (1 - 0.2 * skin * (1 - feature)), 0.5, 2.5) * (0.6 + 0.3 * feature)
    rgb = rgb + (PENCIL - rgb) * line[..., None]
    rgb = cv2.resize(rgb.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    return (np.clip(rgb, 0, 1) * 255 + 0.5).astype(np.uint8)
