"""A procedural reading of Leger's Contrast of Forms: drums in primary colours behind black strokes,
on cream canvas.

Every plane runs from a white light through scrubbed colour to black: the broadest of `nets.Swirls`,
which the net is given too, make the drums. The scrubbing follows the flow, out of the picture's own
detail.
"""

import cv2
import numpy as np

from .abstraction import (
    SUPERSAMPLE,
    Smoothing,
    across_flow,
    along_broad_flow,
    along_flow,
    blur,
    from_lab,
    over,
    prepared,
    ramp,
    shaven,
    smoothstep,
    swirls,
    tangent_flow,
    wide_mean,
)

# Lab colours after the painting's k-means clusters, dark to light.
BLACK, CANVAS, WHITE = (9, -1, 3), (79, 0, 10), (90, -1, 5)
RED = [BLACK, (24, 20, 16), (37, 43, 34), (45, 53, 44), (56, 34, 30), (78, 6, 12), WHITE]
BLUE = [BLACK, (15, 8, -22), (25, 12, -38), (33, 9, -38), (52, 1, -20), (78, -1, 3), WHITE]
GREEN = [BLACK, (15, -9, 4), (27, -18, 9), (38, -22, 12), (56, -12, 9), (78, -2, 9), WHITE]
YELLOW = [BLACK, (30, 5, 24), (52, 4, 42), (68, 0, 54), (76, -1, 44), (83, -1, 22), WHITE]
# Degrees, selectivity.
HUES = (
    (45, 0.3, RED),
    (98, 0.9, YELLOW),
    (150, 0.3, GREEN),
    (265, 0.15, BLUE),
)
STROKE = np.array([0.06, 0.055, 0.055], np.float32)


def forms(image, parts, size):
    """Painting of an RGB uint8 image; `size` is its (width, height); `parts` may be None."""
    s = SUPERSAMPLE
    picture = prepared(image, parts, size, Smoothing(10, 1.2), Smoothing(12, 2.4, 3))
    face, skin, hair = picture.face, picture.skin, picture.hair
    gentle, flat = picture.gentle, picture.flat
    flow = tangent_flow(flat, 2 * s)
    strand = gentle[..., 0] - blur(gentle[..., 0], 1.4 * s)
    strand = np.clip(strand / (2.5 + blur(np.abs(strand), 4 * s)), -1.5, 1.5)
    broad = across_flow(flat[..., 0], flow, 1.6 * s)
    drawn = along_broad_flow(np.dstack([flat, strand, broad]), flow, 4 * s)
    flat, strand, broad = drawn[..., :3], drawn[..., 3], drawn[..., 4]
    _, around, _, mean, lights = picture.likeness(flat)

    light = flat[..., 0]
    surroundings = wide_mean(light, np.ones_like(light), 14 * s)
    waves = cv2.resize(swirls(image, size), light.shape[::-1], interpolation=cv2.INTER_CUBIC)
    drum = along_broad_flow(waves[..., 0], tangent_flow(waves[..., :1], 3 * s), 3 * s)
    level = 0.5 + (light - 50) / 100 + 0.5 * (light - surroundings) / 100
    clean = shaven(light, face, mean)
    hair = np.maximum(hair, smoothstep(face * (1 - clean), 0.2, 0.8))
    skin = skin * clean
    level = level + (0.24 * drum + 0.18 * strand) * (1 - skin)
    own = 0.82 + (light - mean + 0.4 * (gentle[..., 0] - around) * face) / 75
    level = level + (own - level) * skin
    level = level + (0.15 - level) * smoothstep(around - gentle[..., 0], 6, 24) * face
    within = light - wide_mean(light, hair + 0.02, 12 * s)
    spread = np.sqrt(wide_mean(within**2, hair + 0.02, 12 * s)) + 4
    drummed = (
        0.36
        + 0.004 * light
        + 0.2 * np.clip(within / spread, -1.5, 2.5)
        + 0.26 * drum
        + 0.2 * strand
    )
    level = level + (drummed - level) * hair
    level = np.clip(level + 0.3 * lights, 0, 1)

    # Colours are told from their surroundings, so that dull pictures have contrasts too.
    a, b = (blur(flat[..., c], 2 * s) for c in (1, 2))
    a, b = (c + 0.6 * (c - wide_mean(c, np.ones_like(c), 24 * s)) for c in (a, b))
    turn = np.clip((blur(light, 5 * s) - surroundings) / 8, -1, 1) * (1 - skin)
    a, b = a + 6 * np.maximum(turn, 0), b + 8 * turn
    a, b = a + 10 * skin - 12 * hair, b + 6 * skin - 4 * hair + 8 * turn * hair
    hue, colour = np.arctan2(b, a), np.hypot(a, b)
    weights = [np.clip(np.cos(hue - np.deg2rad(d)) - sel, 0, 1) / (1 - sel) for d, sel, _ in HUES]
    weights = [smoothstep(w * smoothstep(colour, 3, 9), 0.25, 0.5) for w in weights]
    painted = ramp(level, [BLACK, (14, 0, 0), (40, -2, 3), (66, -1, 8), CANVAS, CANVAS, WHITE])
    for w, (_, _, colours) in zip(weights, HUES, strict=True):
        painted = over(painted, ramp(level, colours), w)
    ink = smoothstep(-broad * (1 - 0.35 * face), 1.3, 2.4)
    ink = np.maximum(ink, smoothstep(-drum, 0.82, 0.93) * (1 - np.minimum(1.6 * skin, 1)))
    fine = along_flow(across_flow(gentle[..., 0], flow, 0.9 * s), flow, 2 * s)
    ink = np.maximum(ink, smoothstep(-fine * (0.5 + 0.5 * face), 1.2, 2.2))
    return from_lab(painted, ink, STROKE, size)
