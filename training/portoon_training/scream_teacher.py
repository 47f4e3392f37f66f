"""A procedural reading of Munch's The Scream: long strokes swirl around every form, from blazing
lights to blue-black.

The swirls are `nets.Swirls`, which the net is given too; here they are drawn out along their own
flow by line integral convolution (Cabral and Leedom 1993), together with the picture's own strands.
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
    face_mean,
    from_lab,
    over,
    prepared,
    ramp,
    smoothstep,
    swirls,
    tangent_flow,
    wide_mean,
)

# Lab colours after the painting's k-means clusters, dark to light.
SKY = [
    (8, 2, -2),
    (18, 10, 2),
    (30, 30, 24),
    (43, 54, 48),
    (52, 58, 60),
    (60, 48, 62),
    (68, 30, 60),
    (77, 14, 54),
    (86, 3, 40),
]
FJORD = [
    (7, -3, -3),
    (12, -4, -9),
    (20, -5, -16),
    (29, -7, -19),
    (39, -10, -14),
    (50, -10, 2),
    (61, -2, 26),
    (72, 4, 40),
    (84, 0, 32),
]
FLESH = [
    (9, -3, 3),
    (22, 5, 10),
    (35, 17, 26),
    (48, 24, 37),
    (60, 24, 44),
    (69, 18, 45),
    (77, 10, 41),
    (84, 4, 34),
    (90, 1, 26),
]
INK = np.array([0.04, 0.07, 0.12], np.float32)


def scream(image, parts, size):
    """Painting of an RGB uint8 image; `size` is its (width, height); `parts` may be None."""
    s = SUPERSAMPLE
    picture = prepared(image, parts, size, Smoothing(10, 1.2), Smoothing(12, 2.2, 2))
    face, skin, hair = picture.face, picture.skin, picture.hair
    gentle, flat = picture.gentle, picture.flat
    feature, around, small, mean, lights = picture.likeness(flat)

    light = flat[..., 0]
    waves = cv2.resize(swirls(image, size), light.shape[::-1], interpolation=cv2.INTER_CUBIC)
    flow = tangent_flow(waves[..., :1] + 0.02 * blur(light, 3 * s)[..., None], 3 * s)
    strand = gentle[..., 0] - blur(gentle[..., 0], 1.6 * s)
    strand = np.clip(strand / (3 + blur(np.abs(strand), 4 * s)), -1.5, 1.5)
    drawn = along_broad_flow(np.dstack([flat, strand, waves]), flow, 6 * s)
    drawn, (strand, broad, narrow, streak) = drawn[..., :3], cv2.split(drawn[..., 3:])

    keep = np.maximum(feature, lights)
    # Small dark places are kept everywhere: in faces without labels they are the eyes.
    keep = np.maximum(keep, 0.6 * smoothstep(drawn[..., 0] - gentle[..., 0], 10, 25))
    tone = drawn + (flat - drawn) * face[..., None]
    tone = tone + (gentle - tone) * keep[..., None]
    surroundings = wide_mean(light, np.ones_like(light), 20 * s)
    level = 0.03 + 0.85 * tone[..., 0] / 100 + 0.2 * (tone[..., 0] - surroundings) / 100
    free = (1 - 0.8 * np.maximum(face, 0.6 * skin)) * (1 - keep)  # where strokes may run
    dark = 1 - smoothstep(level, 0.1, 0.4)  # black appears only next to a lighter stroke
    swirl = (
        0.16 * broad
        + 0.11 * narrow
        + 0.08 * streak
        + 0.12 * strand
        + 0.16 * dark * np.maximum(narrow, 0)
    ) * free
    level = level - 0.12 * smoothstep(np.hypot(tone[..., 1], tone[..., 2]), 25, 60) * (1 - skin)
    level = level + 0.004 * (gentle[..., 0] - around) * face  # faces in the shade have features too
    level = np.clip(level + 0.06 * hair + swirl, 0, 1)

    a, b = tone[..., 1], tone[..., 2]
    cool = smoothstep(-(0.8 * a + 0.6 * b), -8, 10)
    # Strokes alternate between blue-black and orange-red; the brightest places stay orange.
    cool = np.clip(
        cool + (0.75 * narrow - 0.35 * broad) * free * (1 - smoothstep(level, 0.65, 0.95)), 0, 1
    )
    painted = over(ramp(level, SKY), ramp(level, FJORD), cool)
    own = np.clip(level + 0.35 * np.clip(0.58 - mean / 100, 0, 0.3), 0, 1)
    flesh = ramp(own, FLESH)
    # Beards are labelled skin, but are hair.
    clean = smoothstep(tone[..., 0] - 0.38 * mean, 0, 0.25 * mean + 1)
    lips = face * smoothstep(around - gentle[..., 0], -2, 4)
    lips = lips * smoothstep(gentle[..., 1] - face_mean(flat[..., 1], face, 2.5 * small), 4, 9)
    flesh[..., 1:] += (np.float32((46, 42)) - flesh[..., 1:]) * (
        0.7 * lips * smoothstep(own, 0.15, 0.35)
    )[..., None]
    painted = over(painted, flesh, skin * np.maximum(clean, keep))
    painted[..., 1:] *= (1 - 0.6 * lights)[..., None]

    line = along_broad_flow(across_flow(light, flow, 1.5 * s), flow, 4 * s)
    fine = along_flow(across_flow(gentle[..., 0], tangent_flow(gentle, 1.2 * s), 0.8 * s), flow, s)
    ink = smoothstep(-line * (1 - 0.4 * face), 1.4, 3.2)
    ink = np.maximum(ink, 0.9 * smoothstep(-fine * (0.6 + 0.7 * face), 1.2, 2.6))
    return from_lab(painted, 0.9 * ink, INK, size)
