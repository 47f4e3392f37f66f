"""The teacher of the drawn styles: a plain tone, and where a draughtsman would put ink.

Lines are differences of Gaussians along the flow of edges (Kang et al. 2007, "Coherent line
drawing"; Winnemoeller et al. 2012, "XDoG"), taken after local contrast, so that pale brows and
clear glasses have lines too. The outlines of people, hair, faces and clothes come from the labels.
Ink is given as a signed distance, which survives enlarging. Lengths are in pixels of the result.
"""

import cv2
import numpy as np
from scipy import ndimage

from .abstraction import (
    BODY,
    CLOTHES,
    FACE,
    HAIR,
    across_flow,
    along_flow,
    blur,
    face_features,
    face_mean,
    smoothstep,
    tangent_flow,
)
from .nets import DrawnNet

SCALE = 2.5  # working pixels to a pixel of the result
OTHER = 5
UNNAMED = (0.02, 0.2)  # of a part that nobody has named: from here on its borders get no line


def drawn(image, parts, alpha, size):
    """Tone [H,W,3] of 0..1, without steps or lines, and the distance [H,W] to the nearest line.

    `image` is RGB uint8; `parts` and `alpha` (uint8, as large) may be None; `size` is (width,
    height) of the result. The distance is in pixels of the result, negative inside of lines.
    """
    width, height = (round(side * SCALE) for side in size)
    grows = width > image.shape[1]
    image = cv2.resize(
        image, (width, height), interpolation=cv2.INTER_CUBIC if grows else cv2.INTER_AREA
    )
    lab = cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    person = soft_person(alpha, (width, height))
    face, skin, hair = (
        soft_part(parts, labels, lab.shape[:2], 1.2) for labels in ([FACE], [FACE, BODY], [HAIR])
    )
    flat = lab
    for colour in (8, 7, 6):
        flat = cv2.bilateralFilter(flat, 0, colour, 1.3 * SCALE)
    flow = tangent_flow(blur(flat, 0.4 * SCALE), 1.5 * SCALE)
    feature, around, _ = face_features(lab[..., 0], flat[..., 0], face)

    tone = smooth_tone(flat, flow, skin)
    if parts is not None:
        tone[..., 0] = calm_skin(tone[..., 0], skin, skin * (1 - feature))
    tone[..., 0] += (lab[..., 0] - tone[..., 0]) * 0.5 * feature

    strength = line_strength(flat[..., 0], flow, face, hair, person)
    lines = joined(strength, 0.75, 1.25, 10, 5, face)
    ink = smoothstep(np.where(lines, strength, 0), 0.7, 1.1)
    if parts is not None:
        ink = np.maximum(ink, part_borders(parts, person, strength))
    if alpha is not None:
        ink = np.maximum(ink, border(blur(person, 0.5 * SCALE), 0.55, 0.55 * SCALE, 2e-3))
    dark = smoothstep(around - lab[..., 0], 9, 18) * face * feature
    inked = (blur(np.maximum(ink, dark), 0.25 * SCALE) > 0.5).astype(np.float32)
    inked = joined(inked, 0.5, 0.5, 7, 2.5, face)

    distance = signed_distance(inked) / SCALE + 0.2 * face  # lines are thinner on faces
    rgb = np.clip(cv2.cvtColor(tone.astype(np.float32), cv2.COLOR_LAB2RGB), 0, 1)
    reach = DrawnNet.REACH
    return (
        cv2.resize(rgb, size, interpolation=cv2.INTER_AREA),
        cv2.resize(np.clip(distance, -reach, reach), size, interpolation=cv2.INTER_AREA),
    )


def soft_person(alpha, size):
    if alpha is None:
        return np.zeros(size[::-1], np.float32)
    grows = size[0] > alpha.shape[1]
    large = cv2.resize(alpha, size, interpolation=cv2.INTER_CUBIC if grows else cv2.INTER_AREA)
    return blur(large.astype(np.float32) / 255, 0.5 * SCALE)


def soft_part(parts, labels, shape, sigma):
    """A map of the parts with these labels, blurred by `sigma`; empty without labels."""
    if parts is None:
        return np.zeros(shape, np.float32)
    inside = np.isin(parts, labels).astype(np.float32)
    return blur(cv2.resize(inside, shape[::-1], interpolation=cv2.INTER_LINEAR), sigma * SCALE)


def smooth_tone(flat, flow, skin):
    """Large flat areas with the borders that the picture has; skin is smoothed most."""
    # The filter wants bytes: lightness at 2.55, a and b around 128.
    bytes_ = np.clip((flat + [0, 128, 128]) * [2.55, 1, 1], 0, 255).astype(np.uint8)
    shifted = cv2.pyrMeanShiftFiltering(bytes_, int(3 * SCALE), 14, maxLevel=1).astype(np.float32)
    shifted = (shifted / [2.55, 1, 1] - [0, 128, 128]).astype(np.float32)
    shifted = along_flow(shifted, flow, 1.5 * SCALE)
    height, width = flat.shape[:2]
    half = (width // 2, height // 2)
    small = cv2.resize(shifted, half, interpolation=cv2.INTER_AREA)
    most = cv2.resize(skin, half, interpolation=cv2.INTER_AREA)[..., None]
    for _ in range(4):
        little = cv2.bilateralFilter(small, 0, 9, 1.1 * SCALE)
        small = little + (cv2.bilateralFilter(small, 0, 13, 1.5 * SCALE) - little) * most
    smooth = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    jump = smoothstep(np.abs(smooth - shifted).max(2), 4, 10)[..., None]
    return smooth + (shifted - smooth) * jump


def calm_skin(light, skin, calm):
    """Less shading on skin, and least in its highlights, so that a face has two or three tones."""
    mean = face_mean(light, np.maximum(skin, 1e-3), 14 * SCALE)
    calmer = mean + (light - mean) * 0.6
    calmer = np.where(calmer > mean + 7, mean + 7 + (calmer - mean - 7) * 0.4, calmer)
    return light + (calmer - light) * calm


def line_strength(light, flow, face, hair, person):
    """How much of a dark line each place is; 1 is about the least that is drawn.

    Faces are drawn from less and with finer lines, hair with fewer; texture and what is behind
    people must have more of a line to get one.
    """
    mean = blur(light, 6 * SCALE)
    spread = np.sqrt(np.maximum(blur((light - mean) ** 2, 6 * SCALE), 0))
    gain = 9 / (0.5 * spread + 0.5 * blur(spread, 10 * SCALE) + 3)
    even = mean + (light - mean) * np.clip(gain, 0.55, 2.2)
    fine = -along_flow(across_flow(even, flow, 0.55 * SCALE, sharpness=1), flow, 2.2 * SCALE)
    broad = -along_flow(across_flow(even, flow, SCALE, sharpness=1), flow, 3.2 * SCALE)
    texture = smoothstep(blur(np.abs(fine), 5 * SCALE), 0.5, 1.3)
    least = 1.15 + 0.9 * texture * (1 - face) + 0.35 * (1 - person) - 0.35 * face + 0.25 * hair
    return np.maximum(fine / least * (1 - 0.5 * hair), broad / least / 1.1 * (1 - 0.4 * face))


def joined(strength, low, high, shortest, shortest_on_face, face):
    """Pieces over `low` that reach `high` somewhere and are as long as asked, in pixels."""
    pieces, count = ndimage.label(strength > low, structure=np.ones((3, 3)))
    if count == 0:
        return np.zeros(strength.shape, bool)
    index = np.arange(1, count + 1)
    boxes = ndimage.find_objects(pieces)
    length = np.array([np.hypot(y.stop - y.start, x.stop - x.start) for y, x in boxes])
    on_face = ndimage.mean(face, pieces, index)
    least = SCALE * (shortest + (shortest_on_face - shortest) * on_face)
    keep = np.zeros(count + 1, bool)
    keep[1:] = (ndimage.maximum(strength, pieces, index) >= high) & (length >= least)
    return keep[pieces]


def border(field, level, half_width, least_slope):
    """A line of twice `half_width` working pixels along the contour of a field at a level."""
    gx = cv2.Scharr(field, cv2.CV_32F, 1, 0) / 32
    gy = cv2.Scharr(field, cv2.CV_32F, 0, 1) / 32
    away = np.abs(field - level) / (np.hypot(gx, gy) + least_slope)
    return smoothstep(-away, -half_width - 0.6, -half_width + 0.6)


def part_borders(parts, person, strength):
    """Lines between hair, skin and clothes where the picture agrees and nothing is unnamed."""
    shape = person.shape
    agrees = smoothstep(blur(np.maximum(strength, 0), 1.2 * SCALE), 0.05, 0.35)
    unnamed = smoothstep(soft_part(parts, [OTHER], shape, 1.0), *UNNAMED)
    where = agrees * (person > 0.5) * (1 - unnamed)
    groups = ([HAIR], [FACE], [BODY, FACE], [CLOTHES])
    fields = (soft_part(parts, labels, shape, 0.8) for labels in groups)
    return where * np.max([border(field, 0.5, 0.38 * SCALE, 1e-3) for field in fields], axis=0)


def signed_distance(inside):
    """Distance to the border in pixels, negative inside."""
    outwards = ndimage.distance_transform_edt(~inside) - 0.5
    return np.where(inside, 0.5 - ndimage.distance_transform_edt(inside), outwards).astype(
        np.float32
    )
