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
UNNAMED = (0.02, 0.2)  # share of unlabelled pixels at which a border loses its line


FACE_CONTRAST = 26.0  # of a well lit face, in lightness; features of duller ones are raised to it


def drawn(image, parts, alpha, size, toned=None):
    """Tone [H,W,3] of 0..1, without steps or lines; the distance [H,W] to the nearest line; faces.

    `image` is RGB uint8; `parts` and `alpha` (uint8, as large) may be None; `size` is (width,
    height) of the result. The distance is in pixels of the result, negative inside of lines; the
    map of faces [H,W] is 0..1. The tone is that of `toned`, where it is given: the same picture in
    a worse light, whose lines are still those of the good one.
    """
    maps = Maps(parts, alpha, size)
    distance = ink_distance(image, maps)
    rgb = plain_tone(image if toned is None else toned, maps)
    reach = DrawnNet.REACH
    return tuple(
        cv2.resize(field, size, interpolation=cv2.INTER_AREA)
        for field in (rgb, np.clip(distance, -reach, reach), maps.face)
    )


class Maps:
    """What is known of a picture at the working size: where the person, skin, face and hair are."""

    def __init__(self, parts, alpha, size):
        self.size = tuple(round(side * SCALE) for side in size)
        self.parts, self.alpha = parts, alpha
        self.person = soft_person(alpha, self.size)
        self.face, self.skin, self.hair = (
            soft_part(parts, labels, self.person.shape, 1.2)
            for labels in ([FACE], [FACE, BODY], [HAIR])
        )

    def flattened(self, image):
        """A picture at the working size in Lab; the same without texture; the flow of its edges."""
        grows = self.size[0] > image.shape[1]
        how = cv2.INTER_CUBIC if grows else cv2.INTER_AREA
        image = cv2.resize(image, self.size, interpolation=how)
        lab = cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
        flat = lab
        for colour in (8, 7, 6):
            flat = cv2.bilateralFilter(flat, 0, colour, 1.3 * SCALE)
        return lab, flat, tangent_flow(blur(flat, 0.4 * SCALE), 1.5 * SCALE)


def plain_tone(image, maps):
    """RGB 0..1 at the working size: large flat areas, calm skin, the features of faces."""
    lab, flat, flow = maps.flattened(image)
    tone = smooth_tone(flat, flow, maps.skin)
    if maps.parts is not None:
        gain = face_gain(lab[..., 0], flat[..., 0], maps.face)
        feature, _, _ = face_features(lab[..., 0] * gain, flat[..., 0] * gain, maps.face)
        tone[..., 0] = calm_skin(tone[..., 0], maps.skin, maps.skin * (1 - feature))
        tone[..., 0] += (lab[..., 0] - tone[..., 0]) * 0.5 * feature
    return np.clip(cv2.cvtColor(tone.astype(np.float32), cv2.COLOR_LAB2RGB), 0, 1)


def ink_distance(image, maps):
    """The signed distance to the nearest line, in pixels of the result, at the working size."""
    lab, flat, flow = maps.flattened(image)
    face, person = maps.face, maps.person
    gain = face_gain(lab[..., 0], flat[..., 0], face)
    feature, around, _ = face_features(lab[..., 0] * gain, flat[..., 0] * gain, face)
    strength = line_strength(flat[..., 0], flow, face, maps.hair, person, gain)
    lines = joined(strength, 0.75, 1.25, 10, 5, face)
    ink = smoothstep(np.where(lines, strength, 0), 0.7, 1.1)
    if maps.parts is not None:
        ink = np.maximum(ink, part_borders(maps.parts, person, strength))
    if maps.alpha is not None:
        ink = np.maximum(ink, border(blur(person, 0.5 * SCALE), 0.55, 0.55 * SCALE, 2e-3))
    dark = smoothstep(around - lab[..., 0] * gain, 8, 16) * face * feature
    inked = (blur(np.maximum(ink, dark), 0.25 * SCALE) > 0.5).astype(np.float32)
    inked = joined(inked, 0.5, 0.5, 7, 2.5, face)
    return signed_distance(inked) / SCALE + 0.15 * face  # lines are thinner on faces


def face_gain(light, flat_light, face):
    """The factor for a face's lightness at which its features have the usual contrast."""
    if (face > 0.5).sum() < 20:
        return 1.0
    _, around, _ = face_features(light, flat_light, face)
    contrast = np.percentile((around - light)[face > 0.5], 96)
    return float(np.clip(FACE_CONTRAST / (contrast + 1), 1, 3))


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


def line_strength(light, flow, face, hair, person, face_gain):
    """How much of a dark line is at each place; about 1 is needed for a line to be drawn.

    Faces are drawn with finer lines, which need less; hair with fewer. Texture, and what is behind
    people, needs more.
    """
    mean = blur(light, 6 * SCALE)
    spread = np.sqrt(np.maximum(blur((light - mean) ** 2, 6 * SCALE), 0))
    gain = 9 / (0.5 * spread + 0.5 * blur(spread, 10 * SCALE) + 3)
    most = 2.2 * (1 + (face_gain - 1) * face)
    even = mean + (light - mean) * np.clip(gain, 0.55, most)
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
    """Lines between hair, skin and clothes, where the picture has an edge and everything is
    labelled.
    """
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
