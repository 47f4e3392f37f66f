"""The procedural cartoon: a slow classical filter whose answers the toon net learns.

Colours are smoothed along the flow of edges, lightness falls into soft steps, and ink follows the
flow. Part labels keep skin clean and let hair and clothes carry the line work.
"""

import numpy as np

from .abstraction import (
    SUPERSAMPLE,
    Smoothing,
    across_flow,
    along_flow,
    blur,
    face_features,
    face_mean,
    from_lab,
    prepared,
    smoothstep,
    tangent_flow,
)

INK = np.array([0.07, 0.05, 0.09], np.float32)


def soft_steps(light, step, softness):
    """Lightness in steps whose edges are `softness` of a step wide."""
    level = light / step
    base = np.floor(level)
    return (base + smoothstep(level - base, 0.5 - softness / 2, 0.5 + softness / 2)) * step


def toon(image, parts, size):
    """Cartoon of an RGB uint8 image; `size` is its (width, height); `parts` may be None."""
    s = SUPERSAMPLE
    # Flat colour: smooth across with an edge-preserving filter, then along the flow.
    picture = prepared(image, parts, size, Smoothing(9, 1.2), Smoothing(9, 1.6, 2), as_it_is=True)
    face, skin, hair, clothes = picture.face, picture.skin, picture.hair, picture.clothes
    gentle, flat = picture.gentle, picture.flat
    flow = tangent_flow(flat, 1.2 * s)
    flat = along_flow(flat, flow, 2.0 * s)
    flat = Smoothing(7, 2.0, 2)(flat)

    # Small dark features make the likeness: keep and deepen them.
    feature, around, reach = face_features(gentle[..., 0], flat[..., 0], face)
    flat = flat + (gentle - flat) * (0.85 * feature)[..., None]
    light = flat[..., 0] - 9 * feature

    # Ink: flow-guided differences of Gaussians, with more of it in hair and cloth than on skin.
    edge = across_flow(blur(gentle[..., 0], 0.3 * s), flow, 0.8 * s)
    edge = along_flow(edge, flow, 2.5 * s)
    gain = 1.3 - 0.35 * skin * (1 - feature) + 0.5 * hair + 0.2 * clothes
    threshold = 0.7 + 0.013 * blur(light, 4 * s)
    ink = smoothstep(-edge * gain, threshold, threshold + 0.9)
    # Where the picture is darkest it is ink already.
    ink = np.maximum(ink, smoothstep(16 - light, 0, 10) * 0.9)

    # Tone: contrast, soft steps (softer on skin), vivid colour.
    light = 100 * np.clip(light / 100, 0, 1) ** 0.95
    light = light + 3 * np.sin((light / 100 - 0.5) * 2 * np.pi)
    stepped = soft_steps(light, 13, 0.3)
    stepped = stepped + (light - stepped) * (0.3 * skin + 0.4 * feature)
    chroma = 1.42 - 0.14 * skin
    a, b = flat[..., 1] * chroma, flat[..., 2] * chroma
    redness = flat[..., 1] - face_mean(flat[..., 1], face, 2 * reach)
    blush = face * np.maximum(redness, 0) * smoothstep(around + 6 - flat[..., 0], 0, 8)
    toned = np.dstack([np.clip(stepped + 1.5, 0, 100), a + 0.35 * blush, b])
    return from_lab(toned, ink, INK, size)
