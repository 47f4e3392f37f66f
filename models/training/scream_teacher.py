"""A procedural reading of Munch's The Scream: long strokes swirl around every form, from blazing lights to blue-black.

Strokes are waves along the contours of the smoothed lightness, drawn out along its flow by line integral convolution
(Cabral and Leedom 1993), so that they belong to the picture and move with it.
"""

import cv2
import numpy as np

from abstraction import (
    SUPERSAMPLE,
    across_flow,
    along_broad_flow,
    along_flow,
    blur,
    contour_bands,
    face_features,
    face_lights,
    face_mean,
    from_lab,
    opened,
    over,
    ramp,
    sitter_maps,
    smoothstep,
    tangent_flow,
    wide_mean,
    work_lab,
)

# Lab colours after the painting's k-means clusters, dark to light.
SKY = [
    (7, -4, 1), (14, -5, -4), (24, -5, -8), (36, 6, 10), (46, 40, 42),
    (52, 52, 56), (61, 38, 58), (71, 17, 54), (82, 4, 38),
]
FJORD = [
    (7, -4, 1), (12, -5, -5), (21, -6, -13), (31, -8, -15), (41, -10, -8),
    (52, -8, 12), (62, 2, 32), (72, 6, 42), (83, 0, 32),
]
FLESH = [
    (9, -3, 3), (22, 5, 10), (35, 17, 26), (48, 24, 37), (60, 24, 44),
    (69, 18, 45), (77, 10, 41), (84, 4, 34), (90, 1, 26),
]
INK = np.array([0.05, 0.09, 0.12], np.float32)


def scream(image, parts, size):
    """Painting of an RGB uint8 image; `parts` may be None; `size` is (width, height) of the result."""
    s = SUPERSAMPLE
    lab = opened(work_lab(image, size))
    face, skin, hair, _ = sitter_maps(parts, lab)
    gentle = cv2.bilateralFilter(lab, 0, 10, 1.2 * s)
    flat = gentle
    for _ in range(2):
        flat = cv2.bilateralFilter(flat, 0, 12, 2.2 * s)
    feature, around, small = face_features(gentle[..., 0], flat[..., 0], face)
    reach = 0.35 * np.sqrt((skin > 0.5).sum()) + 4 * s
    mean = wide_mean(gentle[..., 0], skin * gentle[..., 0], reach)
    lights = face_lights(gentle, around, face, wide_mean(np.hypot(flat[..., 1], flat[..., 2]), skin, reach))

    # The swirl: contours of lightness at two widths, and of its excess over a wide surrounding, which rings the sitter.
    light = flat[..., 0]
    field = 0.5 * blur(light, 2 * s) + 0.5 * blur(light, 5 * s) - 0.9 * wide_mean(light, np.ones_like(light), 14 * s)
    flow = tangent_flow(field, 4 * s)
    broad = contour_bands(field, 11 * s, 5)
    narrow = contour_bands(field + 0.3 * blur(flat[..., 2], 2 * s), 4.5 * s, 2.5)
    streak = contour_bands(field, 3 * s, 1.5)
    strand = gentle[..., 0] - blur(gentle[..., 0], 1.6 * s)
    strand = np.clip(strand / (3 + blur(np.abs(strand), 4 * s)), -1.5, 1.5)
    drawn = along_broad_flow(np.dstack([flat, strand, broad, narrow, streak]), flow, 6 * s)
    drawn, (strand, broad, narrow, streak) = drawn[..., :3], cv2.split(drawn[..., 3:])

    keep = np.maximum(feature, lights)
    # Small darks stay everywhere: they are the eyes of faces without labels.
    keep = np.maximum(keep, 0.6 * smoothstep(drawn[..., 0] - gentle[..., 0], 10, 25))
    tone = drawn + (flat - drawn) * face[..., None]
    tone = tone + (gentle - tone) * keep[..., None]
    surroundings = wide_mean(light, np.ones_like(light), 20 * s)
    level = 0.03 + 0.9 * tone[..., 0] / 100 + 0.2 * (tone[..., 0] - surroundings) / 100
    swirl = 0.13 * broad + 0.07 * narrow + 0.1 * streak + 0.13 * strand
    level = level - 0.12 * smoothstep(np.hypot(tone[..., 1], tone[..., 2]), 25, 60) * (1 - skin)
    level = level + 0.004 * (gentle[..., 0] - around) * face  # faces in the shade have features too
    level = level + 0.06 * hair + swirl * (1 - 0.72 * face) * (1 - keep)
    level = np.clip(level, 0, 1)

    a, b = tone[..., 1], tone[..., 2]
    cool = smoothstep(-(0.8 * a + 0.6 * b), -6, 10)
    cool = np.clip(cool + 0.35 * narrow * (1 - np.abs(2 * level - 1)), 0, 1)
    painted = over(ramp(level, SKY), ramp(level, FJORD), cool)
    own = np.clip(level + 0.35 * np.clip(0.58 - mean / 100, 0, 0.3), 0, 1)
    flesh = ramp(own, FLESH)
    clean = smoothstep(tone[..., 0] - 0.38 * mean, 0, 0.25 * mean + 1)  # beards are labelled skin, but are hair
    lips = face * smoothstep(around - gentle[..., 0], -2, 4)
    lips = lips * smoothstep(gentle[..., 1] - face_mean(flat[..., 1], face, 2.5 * small), 4, 9)
    flesh[..., 1:] += (np.float32((46, 42)) - flesh[..., 1:]) * (0.7 * lips * smoothstep(own, 0.15, 0.35))[..., None]
    painted = over(painted, flesh, skin * np.maximum(clean, keep))
    painted[..., 1:] *= (1 - 0.6 * lights)[..., None]

    line = along_broad_flow(across_flow(light, flow, 1.5 * s), flow, 4 * s)
    fine = along_flow(across_flow(gentle[..., 0], tangent_flow(gentle, 1.2 * s), 0.8 * s), flow, s)
    ink = smoothstep(-line * (1 - 0.4 * face), 1.4, 3.2)
    ink = np.maximum(ink, 0.9 * smoothstep(-fine * (0.6 + 0.7 * face), 1.2, 2.6))
    return from_lab(painted, 0.9 * ink, INK, size)
