"""A procedural reading of Udnie: cut-out planes in the painting's palette.

Lightness falls into tiers and hue into four families (grey, rust, blue, green); each region is cut
along straight facets and shaded softly, and strong edges become dark strokes.
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
    from_lab,
    prepared,
    smoothstep,
    tangent_flow,
)

# Lab colours after the painting's k-means clusters, one row per family, dark to light.
TIERS = (17, 31, 46, 60, 72, 85)
PALETTE = np.array(
    [
        [[7, 0, -1], [24, 0, 0], [39, 0, 3], [54, 0, 2], [66, 0, 2], [79, 0, 3], [92, 0, 5]],
        [
            [7, 0, -1],
            [27, 17, 17],
            [42, 30, 31],
            [58, 23, 26],
            [72, 14, 18],
            [82, 4, 9],
            [92, 1, 6],
        ],
        [
            [7, 0, -4],
            [20, 5, -21],
            [33, 5, -26],
            [50, 3, -26],
            [62, 3, -22],
            [77, 1, -9],
            [92, 0, 2],
        ],
        [
            [7, 0, -1],
            [22, -14, 7],
            [34, -27, 14],
            [52, -37, 16],
            [66, -20, 10],
            [79, -6, 6],
            [92, 0, 5],
        ],
    ],
    np.float32,
)
HUES = ((45, 0.3), (265, 0.3), (150, 0.4))  # degrees in Lab and selectivity of rust, blue and green
STROKE = np.array([0.05, 0.05, 0.07], np.float32)


def facets(region, tolerance):
    """A region cut out along straight lines."""
    contours, _ = cv2.findContours(region.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    polygons = [
        cv2.approxPolyDP(c, tolerance, True)
        for c in contours
        if cv2.contourArea(c) > 6 * tolerance**2
    ]
    cut = np.zeros(region.shape, np.uint8)
    if polygons:
        cv2.fillPoly(cut, polygons, 1)  # one call for all polygons, so that holes stay holes
    return cut


def planes(image, parts, size):
    """Poster of an RGB uint8 image; `size` is its (width, height); `parts` may be None."""
    s = SUPERSAMPLE
    picture = prepared(image, parts, size, Smoothing(10, 1.5), Smoothing(12, 2.2, 3), as_it_is=True)
    face, gentle, flat = picture.face, picture.gentle, picture.flat
    flow = tangent_flow(flat, 2 * s)
    flat = along_flow(flat, flow, 3 * s)

    feature, _, _ = face_features(gentle[..., 0], flat[..., 0], face)
    light = flat[..., 0] + (gentle[..., 0] - 14 - flat[..., 0]) * feature
    light = light + 0.5 * (light - blur(light, 14 * s))
    light = 50 + 50 * np.tanh((light / 100 - 0.5) * 1.5) / np.tanh(0.75)
    tier = sum(facets(blur(light, 0.5 * s) > level, 1.3 * s) for level in TIERS)

    hue = np.arctan2(flat[..., 2], flat[..., 1])
    colourful = smoothstep(np.hypot(flat[..., 1], flat[..., 2]), 5, 16)
    family = np.zeros(tier.shape, np.uint8)
    for index, (degrees, selectivity) in enumerate(HUES, start=1):
        likeness = np.clip(np.cos(hue - np.deg2rad(degrees)) - selectivity, 0, 1) / (
            1 - selectivity
        )
        family[facets(blur(likeness * colourful, 1.5 * s) > 0.45, 2 * s) > 0] = index

    painted = PALETTE[family, tier]
    shade = np.clip(0.3 * (light - PALETTE[0, :, 0][tier]), -5, 5)
    painted[..., 0] += shade * (1 - feature)

    stroke = along_flow(across_flow(flat[..., 0], flow, 1.3 * s), flow, 4 * s)
    stroke = smoothstep(-stroke * (1 - 0.3 * face), 1.6, 2.8)
    return from_lab(painted, stroke, STROKE, size)
