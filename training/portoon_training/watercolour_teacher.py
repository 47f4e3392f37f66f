"""Line and wash: luminous washes that bleed, pigment dark at their rims, paper left white, crisp
lines over them.

After Bousseau et al., "Interactive watercolor rendering" (2006): the abstracted picture gives the
washes, and pigment density rises with the gradient of the wash (edge darkening). Granulation comes
from the picture's own middle detail.
"""

import cv2
import numpy as np

from .abstraction import (
    SUPERSAMPLE,
    Smoothing,
    across_flow,
    along_flow,
    blur,
    face_features,
    prepared,
    smoothstep,
    strokes,
    tangent_flow,
    wide_mean,
)
from .nets import Strokes

PENCIL = np.array([0.24, 0.19, 0.22], np.float32)
PAPER = np.array([1.0, 0.99, 0.97], np.float32)


def watercolour(image, parts, size, seen=None):
    """Watercolour of an RGB uint8 image; `size` is its (width, height); `parts` may be None.

    `seen` is the same picture as the net will see it, by default at that size.
    """
    s = SUPERSAMPLE
    picture = prepared(image, parts, size, Smoothing(9, 1.2), Smoothing(13, 2.4, 3))
    face, skin, hair, clothes = picture.face, picture.skin, picture.hair, picture.clothes
    lab, gentle, flat = picture.lab, picture.gentle, picture.flat
    flow = tangent_flow(flat, 1.6 * s)
    line = across_flow(blur(gentle[..., 0], 0.3 * s), flow, 0.7 * s)
    flat[..., 0], line = cv2.split(along_flow(np.dstack([flat[..., 0], line]), flow, 3 * s))
    feature, _, _ = face_features(gentle[..., 0], flat[..., 0], face)

    # Washes: soft wide steps of lightness, laid loosely beside the lines, each picture in a high
    # key.
    loose = 1 - np.clip(skin + 0.9 * hair, 0, 1)
    light = blur(flat[..., 0], 0.6 * s)
    light = light + (blur(flat[..., 0], 1.8 * s) - light) * loose
    afloat = blur(gentle[..., 0], 1.5 * s) - blur(gentle[..., 0], 6 * s)
    given = cv2.resize(strokes(image, size, seen), light.shape[::-1], interpolation=cv2.INTER_CUBIC)
    wash = light + 50 * Strokes.STEP * given[..., 1] * (0.5 + 0.7 * loose + 0.5 * hair)
    tidemark = np.clip(given[..., 2], 0, 1)
    surroundings = wide_mean(light, np.ones_like(light), 20 * s)
    key = 0.45 * np.clip(70 - surroundings, 0, 40) * (0.15 + 0.85 * loose) * (1 - wash / 100)
    t = np.clip((wash + key) / 100, 0, 1)
    floor = 14 + 14 * loose + 12 * np.clip(hair + clothes, 0, 1) * (1 - loose * hair)
    bright = floor + (100 - floor) * t ** (0.98 - 0.2 * loose)
    paper = smoothstep(t, 0.58, 0.95 - 0.1 * loose) * (0.4 + 0.6 * loose)
    bright = bright + (100 - bright) * paper
    # What is plain is a thin wash, unless it is the sitter.
    busy = blur(np.minimum(np.abs(lab[..., 0] - blur(lab[..., 0], 1.6 * s)), 2), 4 * s)
    plain = 1 - np.maximum(smoothstep(busy, 0.3, 1.5), np.clip(skin + hair + clothes, 0, 1))
    bright = bright + (97 - bright) * 0.55 * plain
    bright = bright + (gentle[..., 0] - 4 - bright) * 0.9 * feature

    # Colour bleeds over the lines; greys lean to blue-violet, as mixed from pigments.
    bleed = 0.35 + 0.4 * loose
    a, b = (flat[..., c] + (blur(flat[..., c], 4 * s) - flat[..., c]) * bleed for c in (1, 2))
    colour = np.hypot(a, b) + 1e-3
    vivid = 66 * np.tanh(colour * (1.5 + 0.9 * loose) / 66) / colour * (1 - 0.7 * paper)
    grey = (
        smoothstep(14 - colour, 0, 12)
        * smoothstep(96 - bright, 0, 25)
        * (1 - skin)
        * (1 - 0.5 * hair)
    )
    washed = np.dstack([bright, a * vivid + 2 * grey, b * vivid - 10 * grey]).astype(np.float32)
    rgb = np.clip(cv2.cvtColor(washed, cv2.COLOR_LAB2RGB), 0.02, 1)

    # Pigment density: it gathers along the rims of washes, settles in the grain and runs thin
    # beside an edge.
    rim = bright - blur(bright, 1.2 * s)
    pool = bright - blur(bright, 4 * s)
    grain = gentle[..., 0] - blur(gentle[..., 0], 1.6 * s)
    density = (
        -0.08 * np.clip(rim, -9, 5) - 0.03 * np.clip(pool, -12, 5) - 0.05 * np.clip(grain, -8, 8)
    )
    density = (
        density
        + (0.6 * tidemark - 0.25 * given[..., 0]) * np.clip(loose + 0.7 * hair, 0, 1)
        - 0.02 * np.clip(afloat, -10, 10)
    )
    density = density * (1 - 0.65 * skin)
    rgb = np.clip(rgb * (1 - (1 - rgb) * density[..., None]), 0, 1) * PAPER

    line = smoothstep(-line * (1 - 0.25 * skin * (1 - feature) + 0.5 * hair), 0.35, 2.0) * (
        0.8 + 0.15 * feature
    )
    rgb = rgb + (PENCIL - rgb) * line[..., None]
    rgb = cv2.resize(rgb.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    return (np.clip(rgb, 0, 1) * 255 + 0.5).astype(np.uint8)
