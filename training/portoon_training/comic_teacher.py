"""A printed comic page: bold ink, spotted blacks, few strong colours, shadows as crisp, feathered
shapes.

Ink is Winnemoeller's XDoG over Kang's flow, at two widths so that the line's weight varies. There
is no dot screen: a convolutional net cannot know a screen's phase. The picture's own strands
feather the borders of shadows instead.
"""

import cv2
import numpy as np

from .abstraction import (
    SUPERSAMPLE,
    Smoothing,
    across_flow,
    along_flow,
    blur,
    from_lab,
    prepared,
    smoothstep,
    tangent_flow,
    wide_mean,
)

INK = np.array([0.05, 0.03, 0.07], np.float32)
STEP = 24  # of Lab lightness
HUES = 7  # towards which colours are drawn


def comic(image, parts, size):
    """Comic of an RGB uint8 image; `size` is its (width, height); `parts` may be None."""
    s = SUPERSAMPLE
    picture = prepared(image, parts, size, Smoothing(10, 1.2), Smoothing(11, 2, 3))
    skin, hair, clothes = picture.skin, picture.hair, picture.clothes
    gentle, flat = picture.gentle, picture.flat
    flow = tangent_flow(flat, 1.4 * s)
    strand = gentle[..., 0] - blur(gentle[..., 0], 2 * s)
    strand = strand / (2 + blur(np.abs(strand), 4 * s))
    fine = across_flow(blur(gentle[..., 0], 0.3 * s), flow, 0.9 * s)
    brush = across_flow(flat[..., 0], flow, 2 * s)
    drawn = along_flow(np.dstack([flat[..., 0], strand, fine, brush]), flow, 3 * s)
    flat[..., 0], strand, fine, brush = cv2.split(drawn)

    # Small dark features and the lights of eyes and teeth make the likeness. Beards are labelled
    # skin, but are hair.
    feature, _, _, mean, lights = picture.likeness(flat)
    flat = flat + (gentle - flat) * np.maximum(0.9 * feature, lights)[..., None]
    sitter = np.maximum(skin, 0.5 * hair)
    skin = skin * smoothstep(flat[..., 0] - 0.38 * mean, 0, 0.2 * mean + 1)
    light = flat[..., 0] - 9 * feature

    # Ink: a fine line for features and strands, a brush for outlines.
    gain = 1.5 - 0.45 * skin * (1 - feature) + 0.5 * hair + 0.2 * clothes
    threshold = 0.9 + 0.012 * blur(light, 4 * s)
    ink = smoothstep(-fine * gain, threshold, threshold + 0.7)
    ink = np.maximum(ink, smoothstep(-brush * gain, 1.5 * threshold, 1.5 * threshold + 0.9))

    # Dry-brush feathering: the borders of blacks and shadows are ragged with the picture's own
    # strands.
    feathered = light + 10 * np.clip(strand, -0.7, 0.7) * (1 - 0.8 * skin)

    # Spotted blacks: what is dark, in itself and for its surroundings, fills with ink; skin hardly
    # ever.
    surroundings = wide_mean(light, np.ones_like(light), 20 * s)
    black = 10 + 0.17 * surroundings + 4 * hair - 14 * skin * (1 - feature)
    ink = np.maximum(ink, smoothstep(black - feathered, -1.5, 2.5))

    # Hatching: in the half-shade the strands themselves are drawn.
    shade = smoothstep(64 - light, 0, 30) * (1 - 0.75 * skin) + 0.35 * hair
    ink = np.maximum(ink, 0.9 * smoothstep(-strand * shade, 0.22, 0.4) * (1 - feature))

    # Few tones with crisp borders. On skin they are counted from the face's own mean, so that most
    # of a face is clean.
    level = feathered / STEP + 0.35
    base = np.floor(level)
    tone = (base + smoothstep(level - base, 0.42, 0.58) - 0.2) * STEP
    shadow = smoothstep(mean - 10 - light, -2, 2)
    highlight = smoothstep(light - mean - 11, -2, 2)
    own = mean + 3 + 0.3 * np.maximum(42 - mean, 0) - 15 * shadow + 8 * highlight
    own = own + (light - own) * feature + (light + 10 - own) * lights
    tone = tone + (own - tone) * skin
    tone = np.clip(tone + 5 * np.sin((tone / 100 - 0.5) * 2 * np.pi) * (1 - 0.6 * skin) + 4, 0, 100)

    # Darkness is the ink's part: the colours beneath it stay bright.
    tone = tone + (24 - 0.23 * tone) * (1 - np.maximum(skin, 0.6 * sitter))

    # Printing inks: strong colour even where the picture is dull, and blue-violet for the grey of
    # shadows.
    a, b = flat[..., 1], flat[..., 2]
    colour = np.hypot(a, b) + 1e-3
    strong = 85 * np.tanh(colour * (2.6 - 1.1 * skin) / 85) / colour
    grey = (
        smoothstep(16 - colour, 0, 12)
        * smoothstep(78 - tone, 0, 30)
        * smoothstep(tone, 4, 20)
        * (1 - 0.9 * sitter)
    )
    hue = np.arctan2(b, a)
    hue = hue - 0.1 * np.sin(HUES * hue) * (1 - skin)
    a, b = colour * np.cos(hue), colour * np.sin(hue)
    a, b = a * strong + 7 * grey + 2 * skin, b * strong - 22 * grey + 3 * skin
    a, b = a * (1 - 0.8 * lights), b * (1 - 0.8 * lights)
    return from_lab(np.dstack([tone, a, b]), ink, INK, size)
