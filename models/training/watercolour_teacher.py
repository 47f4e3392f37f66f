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
    opened,
    sitter_maps,
    smoothstep,
    tangent_flow,
    wide_mean,
    work_lab,
)

PENCIL = np.array([0.30, 0.26, 0.27], np.float32)
STEP = 18  # of Lab lightness
PAPER = np.array([1.0, 0.99, 0.97], np.float32)


def watercolour(image, parts, size):
    """Watercolour of an RGB uint8 image; `parts` may be None; `size` is (width, height) of the result."""
    s = SUPERSAMPLE
    lab = opened(work_lab(image, size))
    face, skin, hair, clothes = sitter_maps(parts, lab)

    gentle = cv2.bilateralFilter(lab, 0, 9, 1.2 * s)
    flat = gentle
    for _ in range(3):
        flat = cv2.bilateralFilter(flat, 0, 13, 2.4 * s)
    flow = tangent_flow(flat, 1.6 * s)
    line = across_flow(blur(gentle[..., 0], 0.3 * s), flow, 0.7 * s)
    flat[..., 0], line = cv2.split(along_flow(np.dstack([flat[..., 0], line]), flow, 3 * s))
    feature, _, _ = face_features(gentle[..., 0], flat[..., 0], face)

    # Washes: soft wide steps of lightness, each picture in a high key.
    light = blur(flat[..., 0], 0.6 * s)
    afloat = blur(gentle[..., 0], 1.5 * s) - blur(gentle[..., 0], 6 * s)
    level = (light + 0.8 * np.clip(afloat, -9, 9) * (1 - skin) * (1 - 0.6 * hair)) / STEP
    base = np.floor(level)
    part = level - base
    wash = (base + smoothstep(part, 0.4, 0.6)) * STEP
    wash = wash + (light - wash) * (0.15 + 0.55 * skin)
    tidemark = smoothstep(part, 0.15, 0.42) * (1 - smoothstep(part, 0.44, 0.6))
    wash = wash + (gentle[..., 0] - 6 - wash) * 0.9 * feature
    surroundings = wide_mean(light, np.ones_like(light), 20 * s)
    key = 0.45 * np.clip(66 - surroundings, 0, 40) * (1 - 0.7 * np.clip(skin + hair, 0, 1)) * (1 - wash / 100)
    t = np.clip((wash + key) / 100, 0, 1)
    bright = 14 + 86 * t ** (0.78 + 0.2 * np.maximum(skin, hair))
    paper = smoothstep(t, 0.6, 0.9) * (1 - 0.65 * skin) * (1 - 0.6 * hair)
    bright = bright + (100 - bright) * paper
    # What is plain is a thin wash, unless it is the sitter.
    busy = blur(np.abs(lab[..., 0] - blur(lab[..., 0], 1.6 * s)), 4 * s)
    plain = 1 - np.maximum(smoothstep(busy, 0.3, 2.2), np.clip(skin + hair + clothes, 0, 1))
    bright = bright + (97 - bright) * 0.5 * plain

    # Colour bleeds further than tone; greys lean to blue-violet, as mixed from pigments.
    a, b = (0.45 * flat[..., c] + 0.55 * blur(flat[..., c], 3.5 * s) for c in (1, 2))
    colour = np.hypot(a, b) + 1e-3
    vivid = 62 * np.tanh(colour * (2.1 - 0.6 * skin) / 62) / colour * (1 - 0.75 * paper)
    grey = smoothstep(14 - colour, 0, 12) * smoothstep(94 - bright, 0, 25) * (1 - skin)
    lab = np.dstack([bright, a * vivid + 2 * grey, b * vivid - 9 * grey]).astype(np.float32)
    rgb = np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), 0.02, 1)

    # Pigment density: it gathers along the rims of washes, settles in the grain and runs thin beside an edge.
    rim = bright - blur(bright, 1.2 * s)
    pool = bright - blur(bright, 4 * s)
    grain = gentle[..., 0] - blur(gentle[..., 0], 1.6 * s)
    density = -0.10 * np.clip(rim, -9, 5) - 0.035 * np.clip(pool, -12, 4) - 0.05 * np.clip(grain, -8, 8)
    density = density + 0.3 * tidemark - 0.02 * np.clip(afloat, -10, 10)
    density = density * (1 - 0.65 * skin)
    rgb = np.clip(rgb * (1 - (1 - rgb) * density[..., None]), 0, 1) * PAPER

    line = smoothstep(-line * (1 - 0.2 * skin * (1 - feature)), 0.35, 2.0) * (0.75 + 0.2 * feature)
    rgb = rgb + (PENCIL - rgb) * line[..., None]
    rgb = cv2.resize(rgb.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    return (np.clip(rgb, 0, 1) * 255 + 0.5).astype(np.uint8)
