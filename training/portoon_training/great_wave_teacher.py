"""A procedural reading of Hokusai's Great Wave: a woodblock print in Prussian blues, teal, tan and
cream.

Hair and folds become bands along the contours of their own lightness; light planes are left as
paper or shaded by bokashi, the printer's soft gradation; one fine blue line of even weight draws
the rest.
"""

import numpy as np

from .abstraction import (
    SUPERSAMPLE,
    Smoothing,
    across_flow,
    along_broad_flow,
    along_flow,
    blur,
    contour_bands,
    face_mean,
    from_lab,
    over,
    prepared,
    ramp,
    shaven,
    smoothstep,
    tangent_flow,
    wide_mean,
)

# Lab colours after the print's k-means clusters.
DARK, MID, TEAL, CREAM = (17, 4, -21), (31, -2, -24), (63, -16, 0), (88, -2, 15)
SKY, DUSK, TAN = (77, -1, 14), (47, 0, 12), (71, 8, 32)
FLESH = [
    (22, 6, 0),
    (36, 14, 18),
    (50, 16, 26),
    (62, 14, 29),
    (73, 10, 28),
    (82, 5, 23),
    (89, 1, 17),
]
LIPS = (52, 38, 26)
INK = np.array([0.09, 0.14, 0.30], np.float32)


def great_wave(image, parts, size):
    """Print of an RGB uint8 image; `size` is its (width, height); `parts` may be None."""
    s = SUPERSAMPLE
    picture = prepared(image, parts, size, Smoothing(10, 1.2), Smoothing(12, 2.2, 3))
    face, skin, hair = picture.face, picture.skin, picture.hair
    gentle, flat = picture.gentle, picture.flat
    flow = tangent_flow(gentle, 1.6 * s)
    strand = blur(gentle[..., 0], 0.8 * s) - blur(gentle[..., 0], 3 * s)
    strand = np.clip(strand / (1.5 + blur(np.abs(strand), 6 * s)), -1.5, 1.5)
    fine = across_flow(blur(gentle[..., 0], 0.3 * s), flow, 0.9 * s)
    fine = along_flow(fine, flow, 3 * s)
    drawn = along_broad_flow(np.dstack([flat, strand]), flow, 5 * s)
    flat, strand = drawn[..., :3], drawn[..., 3]
    _, around, small, mean, lights = picture.likeness(flat)

    clean = shaven(flat[..., 0], face, mean)
    hair = np.maximum(hair, smoothstep(face * (1 - clean), 0.2, 0.6))
    skin = skin * clean

    # Waves: bands along the contours and the strands, broken into four flat inks.
    light = flat[..., 0]
    surroundings = wide_mean(light, np.ones_like(light), 16 * s)
    field = 100 * (blur(light, 1.5 * s) / 100) ** 0.7 - 0.5 * surroundings  # brightens dark areas
    wave = along_broad_flow(contour_bands(field, 7 * s, 2.5), flow, 3 * s)
    within = light - wide_mean(light, hair + 0.02, 12 * s)
    spread = np.sqrt(wide_mean(within**2, hair + 0.02, 12 * s)) + 4
    level = light + 0.35 * (light - surroundings) + (9 * wave + 14 * strand) * (1 - skin)
    apart = light - surroundings
    apart = apart / (np.sqrt(wide_mean(apart**2, np.ones_like(light), 12 * s)) + 4)
    level = level + 7 * np.clip(apart, -1.5, 2) * smoothstep(45 - light, 0, 20)
    banded = (
        29 + 0.25 * (light - 25) + 11 * np.clip(within / spread, -2, 2.5) + 17 * strand + 12 * wave
    )
    level = level + (banded - level) * hair

    cool = smoothstep(-(0.75 * flat[..., 1] + 0.65 * flat[..., 2]), -12, 2)[..., None]
    third = np.where(cool > 0.35, np.float32(TEAL), np.float32(TAN))
    third = over(third, CREAM, smoothstep(hair * (1 - cool[..., 0]), 0.3, 0.6))
    printed = np.full(gentle.shape, DARK, np.float32)
    printed = over(printed, MID, smoothstep(level, 22, 26))
    printed = over(printed, third, smoothstep(level, 42, 46))
    shade = blur(light + 0.8 * (light - surroundings), 4 * s)
    bokashi = ramp(np.clip((shade - 40) / 60, 0, 1), [DUSK, SKY, SKY, CREAM])
    colour = np.hypot(flat[..., 1], flat[..., 2])
    tint = np.where(cool > 0.35, np.float32(TEAL), np.float32(TAN)) + np.float32((10, 2, -2))
    bokashi = over(bokashi, tint, 0.9 * smoothstep(colour, 14, 22) * (1 - hair))
    printed = over(printed, bokashi, smoothstep(level, 55, 58))
    printed = over(printed, CREAM, smoothstep(level, 90.5, 93.5))

    # Differences from the face's own lightness, so that faces in the shade have features too.
    own = light - mean + 0.5 * (gentle[..., 0] - around) * face
    tone = np.minimum(28 + 0.93 * mean, 89) + 7 * smoothstep(own, 8, 14)
    tone = tone - 11 * smoothstep(-own, 7, 11) - 12 * smoothstep(-own, 20, 26)
    lips = face * smoothstep(around - gentle[..., 0], -2, 4)
    lips = lips * smoothstep(gentle[..., 1] - face_mean(flat[..., 1], face, 2.5 * small), 4, 8)
    flesh = ramp(np.clip((tone - 22) / 67, 0, 1), FLESH)
    flesh = over(over(flesh, LIPS, 0.75 * lips), CREAM, lights)
    printed = over(printed, flesh, smoothstep(skin, 0.4, 0.6))
    deep = smoothstep(around - gentle[..., 0], 14, 20) * face * (1 - 0.8 * lips)
    printed = over(printed, DARK, deep)

    # Foam: a cream crest on the light side of strong edges.
    broad = along_broad_flow(across_flow(light, flow, 1.4 * s), flow, 2 * s)
    crest = smoothstep(broad, 3.5, 5) * (1 - skin)
    printed = over(printed, CREAM, crest)
    ink = smoothstep(-fine * (1 + 0.5 * face), 0.9, 1.7)
    ink = np.maximum(ink, smoothstep(-broad, 1.8, 2.6))
    return from_lab(printed, 0.95 * ink, INK, size)
