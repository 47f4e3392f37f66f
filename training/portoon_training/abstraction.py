"""What the procedural teachers share: flow-guided filters, part maps, the way in and out of Lab.

After Kang's coherent lines and Winnemoeller's XDoG. Lengths are in pixels of the result; the work
is done at SUPERSAMPLE times that size so that lines come out antialiased.
"""

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
import torch

from .nets import Swirls

SUPERSAMPLE = 2
HAIR, BODY, FACE, CLOTHES = 1, 2, 3, 4


def blur(x, sigma):
    return cv2.GaussianBlur(x, (0, 0), sigma)


def smoothstep(x, low, high):
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def grid(shape):
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    return x, y


def sample(image, x, y):
    return cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)


def tangent_flow(lab, sigma):
    """Unit tangents of the smoothed structure tensor."""
    xx = yy = xy = 0
    for channel in cv2.split(lab):
        gx, gy = cv2.Scharr(channel, cv2.CV_32F, 1, 0), cv2.Scharr(channel, cv2.CV_32F, 0, 1)
        xx, yy, xy = xx + gx * gx, yy + gy * gy, xy + gx * gy
    xx, yy, xy = blur(xx, sigma), blur(yy, sigma), blur(xy, sigma)
    angle = 0.5 * np.arctan2(2 * xy, xx - yy)  # of the gradient
    return -np.sin(angle), np.cos(angle)


def along_flow(image, flow, length):
    """Line integral convolution: a Gaussian mean of `image` along the flow."""
    tx, ty = flow
    total = image.copy()
    weight = 1.0
    for direction in (1, -1):
        x, y = grid(image.shape)
        dx, dy = tx * direction, ty * direction
        for step in range(1, int(2 * length) + 1):
            x, y = x + dx, y + dy
            nx, ny = sample(tx, x, y), sample(ty, x, y)
            sign = np.where(nx * dx + ny * dy < 0, -1, 1).astype(np.float32)
            dx, dy = nx * sign, ny * sign
            w = float(np.exp(-0.5 * (step / length) ** 2))
            total = total + w * sample(image, x, y)
            weight += w
    return total / weight


def across_flow(light, flow, sigma, ratio=1.6, sharpness=0.98):
    """Difference of Gaussians taken across the flow."""
    tx, ty = flow
    x, y = grid(light.shape)
    fine = coarse = 0.0
    fine_weight = coarse_weight = 0.0
    reach = int(np.ceil(2.5 * sigma * ratio))
    for step in range(-reach, reach + 1):
        value = sample(light, x - ty * step, y + tx * step)
        a, b = (float(np.exp(-0.5 * (step / sd) ** 2)) for sd in (sigma, sigma * ratio))
        fine, coarse = fine + a * value, coarse + b * value
        fine_weight, coarse_weight = fine_weight + a, coarse_weight + b
    return fine / fine_weight - sharpness * coarse / coarse_weight


def part_maps(parts, shape):
    """Soft maps of face, any skin, hair and clothes at the working size; empty without labels."""
    sigma = shape[1] / 128

    if parts is None:
        return (np.zeros(shape, np.float32),) * 4

    def soft(*labels):
        full = cv2.resize(
            np.isin(parts, labels).astype(np.float32), shape[::-1], interpolation=cv2.INTER_LINEAR
        )
        return blur(full, sigma)

    return soft(FACE), soft(FACE, BODY), soft(HAIR), soft(CLOTHES)


def work_lab(image, size):
    """The picture in Lab at the working size."""
    size = (size[0] * SUPERSAMPLE, size[1] * SUPERSAMPLE)
    shrinks = size[0] < image.shape[1]
    image = cv2.resize(image, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)
    return cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)


def from_lab(lab, ink, ink_colour, size):
    """The finished picture: Lab colours with ink over them, RGB uint8 at the size of the result."""
    rgb = np.clip(cv2.cvtColor(lab.astype(np.float32), cv2.COLOR_LAB2RGB), 0, 1)
    rgb = rgb + (ink_colour - rgb) * ink[..., None]
    rgb = cv2.resize(rgb.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    return (np.clip(rgb, 0, 1) * 255 + 0.5).astype(np.uint8)


def face_mean(values, face, reach):
    return blur(values * face, reach) / (blur(face, reach) + 1e-3)


def face_features(light, flat_light, face):
    """Where eyes, brows, nostrils and lips are: small, and darker than the face around them.

    Also returns the face's own lightness there and the radius it was taken over, which follows the
    face's size.
    """
    reach = np.clip(0.05 * np.sqrt((face > 0.5).sum()), 2 * SUPERSAMPLE, 8 * SUPERSAMPLE)
    around = face_mean(flat_light, face, reach)
    return face * smoothstep(around - light, 6, 18), around, reach


def wide_mean(values, weight, sigma):
    """Weighted mean over a wide neighbourhood, taken at 1/8 for speed."""
    small = (max(1, values.shape[1] // 8), max(1, values.shape[0] // 8))
    value, mass = (
        cv2.resize(m, small, interpolation=cv2.INTER_AREA) for m in (values * weight, weight)
    )
    mean = blur(value, sigma / 8) / (blur(mass, sigma / 8) + 1e-3)
    return cv2.resize(mean, values.shape[::-1], interpolation=cv2.INTER_LINEAR)


def face_lights(lab, around, face, mean_colour):
    """Where teeth and the whites of the eyes are: lighter and greyer than the face around them."""
    greyer = mean_colour - np.hypot(lab[..., 1], lab[..., 2])
    colourless = 1 - smoothstep(mean_colour, 4, 10)  # a grey picture differs in lightness only
    lighter = smoothstep(lab[..., 0] - around, 2 + 6 * colourless, 10 + 12 * colourless)
    return face * lighter * smoothstep(greyer + 9 * colourless, 3, 9)


def opened(lab):
    """Raises the contrast of a dull picture by up to a half; white stays as it is."""
    low, high = np.percentile(lab[::4, ::4, 0], (2, 98))
    gain = 1 + (np.clip(78 / (high - low + 1), 1, 1.5) - 1) * np.clip((90 - high) / 12, 0, 1)
    centre = (low + high) / 2
    lift = 0.5 * max(0, 54 - centre) * min(1, 2 * (gain - 1))
    light = np.clip((lab[..., 0] - centre) * gain + centre + lift, 0, 100)
    return np.dstack([light, lab[..., 1] * gain, lab[..., 2] * gain]).astype(np.float32)


def sitter_maps(parts, lab):
    """`part_maps`; without labels, skin and face are guessed from colour, with less weight."""
    if parts is not None:
        return part_maps(parts, lab.shape[:2])
    light, a, b = cv2.split(blur(lab, 2 * SUPERSAMPLE))
    chroma = np.hypot(a, b)
    # Within some 25 degrees of skin's hue.
    warm = smoothstep((a * 0.64 + b * 0.77) / (chroma + 1e-3), 0.86, 0.96)
    skin = (
        0.65
        * warm
        * smoothstep(chroma, 8, 16)
        * (1 - smoothstep(chroma, 45, 60))
        * smoothstep(light, 15, 30)
    )
    nothing = np.zeros_like(skin)
    return skin, skin, nothing, nothing


class Smoothing(NamedTuple):
    """How a picture is smoothed with its edges kept: a bilateral filter, `times` over."""

    colour: float  # Lab units, up to which neighbours count as alike
    reach: float  # pixels of the result
    times: int = 1

    def __call__(self, image):
        for _ in range(self.times):
            image = cv2.bilateralFilter(image, 0, self.colour, self.reach * SUPERSAMPLE)
        return image


@dataclass
class PreparedPicture:
    """What each teacher begins with, at the working size: Lab, where the sitter is, two smoothings.

    `gentle` keeps detail, `flat` is smoothed further from there and keeps edges alone.
    """

    lab: np.ndarray
    face: np.ndarray
    skin: np.ndarray
    hair: np.ndarray
    clothes: np.ndarray
    gentle: np.ndarray
    flat: np.ndarray

    def likeness(self, flat):
        """What the likeness of a face needs, besides `flat`, the flat colours as the teacher drew
        them.
        """
        gentle = self.gentle
        feature, around, small = face_features(gentle[..., 0], flat[..., 0], self.face)
        reach = 0.35 * np.sqrt((self.skin > 0.5).sum()) + 4 * SUPERSAMPLE
        mean = wide_mean(gentle[..., 0], self.skin * gentle[..., 0], reach)
        colour = wide_mean(np.hypot(flat[..., 1], flat[..., 2]), self.skin, reach)
        lights = face_lights(gentle, around, self.face, colour)
        return Likeness(feature, around, small, mean, lights)


class Likeness(NamedTuple):
    feature: np.ndarray  # where eyes, brows, nostrils and lips are
    around: np.ndarray  # lightness of the face about them
    small: float  # radius in working pixels over which `around` was taken
    mean: np.ndarray  # lightness of the skin nearby; lit skin counts for more
    lights: np.ndarray  # where teeth and the whites of the eyes are


def prepared(image, parts, size, gentle, flat, as_it_is=False, light_only=False):
    """The picture, RGB uint8 of any size, made ready for a teacher; `parts` may be None.

    `gentle` and `flat` are Smoothings, of lightness alone with `light_only`. A dull picture is
    given contrast and a sitter without labels is guessed from colour, unless it is taken
    `as_it_is`.
    """
    lab = work_lab(image, size)
    if as_it_is:
        maps = part_maps(parts, lab.shape[:2])
    else:
        lab = opened(lab)
        maps = sitter_maps(parts, lab)
    gently = gentle(lab[..., 0] if light_only else lab)
    return PreparedPicture(lab, *maps, gently, flat(gently))


def contour_bands(field, width, finest):
    """Waves of -1..1 along the contours of a smooth `field`, some `width` working pixels from crest
    to crest.

    Their phase is the field itself, so they move with the picture; their number per unit of the
    field doubles as slopes grow gentle. `finest` is the shortest wave, in units of the field, and
    keeps noise from drawing waves.
    """
    gx, gy = cv2.Scharr(field, cv2.CV_32F, 1, 0) / 32, cv2.Scharr(field, cv2.CV_32F, 0, 1) / 32
    slope = np.sqrt(blur(gx * gx + gy * gy, 0.7 * width)) + 1e-4
    octave = np.clip(-np.log2(width * slope), -7, -np.log2(finest))
    base = np.floor(octave)
    phase = 2 * np.pi * field * 2**base
    return np.sin(phase) + (np.sin(2 * phase) - np.sin(phase)) * smoothstep(octave - base, 0.2, 0.8)


def ramp(level, colours):
    """Lab colours interpolated along `level`, 0 for the first and 1 for the last."""
    at = np.linspace(0, 1, len(colours))
    return np.dstack([np.interp(level, at, [c[i] for c in colours]) for i in range(3)]).astype(
        np.float32
    )


def along_broad_flow(image, flow, length):
    """`along_flow` at half the working size, for long strokes of what is smooth anyway."""
    height, width = image.shape[:2]
    half = (width // 2, height // 2)
    # Tangents may differ in sign, so they are not averaged.
    flow = [cv2.resize(t, half, interpolation=cv2.INTER_NEAREST) for t in flow]
    drawn = along_flow(cv2.resize(image, half, interpolation=cv2.INTER_AREA), flow, length / 2)
    return cv2.resize(drawn, (width, height), interpolation=cv2.INTER_LINEAR)


def over(below, above, weight):
    """A Lab colour or picture laid over another with a weight per pixel."""
    return below + (np.asarray(above, np.float32) - below) * weight[..., None]


def shaven(light, face, mean):
    """1 where a face has no beard.

    Beards are labelled as skin, but are hair: dark, and wider than an eye.
    """
    around = face_mean(light, face, 8 * SUPERSAMPLE)
    itself = smoothstep(light - 0.45 * mean, -1, 0.06 * mean + 1)
    return np.maximum(itself, smoothstep(around - 0.54 * mean, 0, 0.1 * mean + 1))


def swirls(image, size):
    """The waves for a picture at `size`, at half that size: [H/2,W/2,COUNT]."""
    whole = [max(16, round(side / 16) * 16) for side in size]  # sizes that Swirls takes
    shrinks = whole[0] < image.shape[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    picture = cv2.resize(image, whole, interpolation=how)
    frame = torch.from_numpy(picture.transpose(2, 0, 1)[None].astype(np.float32) / 255)
    return Swirls()(frame)[0].numpy().transpose(1, 2, 0)
