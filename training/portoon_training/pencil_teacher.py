"""Graphite on warm white paper: shading in strokes along the form, confident contours, highlights
left as paper.

Contours are Kang's coherent lines at two widths; strokes are the picture's own detail drawn out
along the flow, so that nothing needs a grain fixed to the paper.
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

PAPER = np.array([0.99, 0.97, 0.93], np.float32)
GRAPHITE = np.array([0.10, 0.10, 0.115], np.float32)
SLANT = 2.0  # squared Lab lightness per pixel of a form that outweighs the slant


def slanted_flow(light, sigma):
    """Tangents that follow the form where there is one, and else rise to the right."""
    gx, gy = cv2.Scharr(light, cv2.CV_32F, 1, 0) / 32, cv2.Scharr(light, cv2.CV_32F, 0, 1) / 32
    xx, yy, xy = (blur(product, sigma) for product in (gx * gx, gy * gy, gx * gy))
    angle = 0.5 * np.arctan2(2 * (xy + SLANT), xx - yy)
    return -np.sin(angle), np.cos(angle)


def pencil(image, parts, size, seen=None):
    """Pencil drawing of an RGB uint8 image; `size` is its (width, height); `parts` may be None.

    `seen` is the same picture as the net will see it, by default at that size.
    """
    s = SUPERSAMPLE
    picture = prepared(image, parts, size, Smoothing(9, 1.2), Smoothing(11, 2, 2), light_only=True)
    face, skin, hair, clothes = picture.face, picture.skin, picture.hair, picture.clothes
    light, gentle, flat = picture.lab[..., 0], picture.gentle, picture.flat
    flow = tangent_flow(gentle, 1.3 * s)
    feature, _, _ = face_features(gentle, flat, face)

    # Contours and strands.
    fine = across_flow(blur(gentle, 0.3 * s), flow, 0.7 * s)
    broad = across_flow(gentle, flow, 1.5 * s)
    flat, fine, broad = cv2.split(along_flow(np.dstack([flat, fine, broad]), flow, 3 * s))
    gain = 1 - 0.3 * skin * (1 - feature) + 0.35 * hair
    line = np.maximum(smoothstep(-fine * gain, 0.3, 2.6), 0.8 * smoothstep(-broad * gain, 0.8, 4.5))

    # Tone: dark for its surroundings counts beside dark in itself, so that paper shines in every
    # picture. What is plain is hardly shaded, unless it is the sitter.
    around = wide_mean(flat, np.ones_like(flat), 24 * s)
    detail = light - blur(light, 1.6 * s)
    busy = blur(np.abs(detail), 4 * s)
    shaded = np.maximum(smoothstep(busy, 0.3, 2.2), np.clip(skin + hair + clothes, 0, 1))
    tone = (0.3 + 0.4 * shaded + 0.25 * skin) * np.clip(1 - flat / 100, 0, 1) ** (1.1 + 0.15 * skin)
    # A sitter keeps their own tone.
    tone = tone + 0.5 * np.clip((around - flat) / 55, -0.5, 1) * (1 - 0.75 * skin)

    # Strokes: along strong form, else in the hand's own slant; the picture's detail is their grain.
    stroke = slanted_flow(light, 2 * s)
    grain = np.clip(detail / (2.5 + busy), -1.5, 1.5)
    strand, drawn = cv2.split(along_flow(np.dstack([grain, np.clip(tone, 0, 1)]), stroke, 4.5 * s))
    given = cv2.resize(
        strokes(image, size, seen)[..., 0], light.shape[::-1], interpolation=cv2.INTER_CUBIC
    )
    strand = np.clip(-1.2 * strand - 0.8 * given, -1, 1) * (0.8 + 0.2 * hair - 0.45 * skin)
    tone = tone + (drawn - tone) * 0.6 * (1 - feature)
    density = np.clip(tone, 0, 1) * (1 + 0.6 * strand) + 0.3 * feature
    density = 1 - (1 - np.clip(density, 0, 0.95)) * (1 - 0.8 * line)

    rgb = PAPER + (GRAPHITE - PAPER) * np.clip(density, 0, 1)[..., None]
    rgb = cv2.resize(rgb.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    return (np.clip(rgb, 0, 1) * 255 + 0.5).astype(np.uint8)
