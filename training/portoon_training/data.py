"""Portraits, photos and their augmentation. Everything is held in memory as uint8."""

import os
from pathlib import Path

import cv2
import numpy as np

cv2.setNumThreads(1)

DATA = Path(os.environ.get("PORTOON_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))


def require_data():
    if not (DATA / "portraits" / "image").is_dir():
        raise SystemExit(f"No training data at {DATA}: set PORTOON_DATA (see training/README.md).")


def read(path, flag=cv2.IMREAD_COLOR):
    image = cv2.imread(str(path), flag)
    if image is None:
        raise FileNotFoundError(path)
    return cv2.cvtColor(image, cv2.COLOR_BGR2RGB) if image.ndim == 3 else image


def portrait_ids(split):
    """Ids ending in 7 are the validation split and are never trained on."""
    require_data()
    ids = sorted(p.stem for p in (DATA / "portraits" / "image").glob("*.jpg"))
    return [i for i in ids if i.endswith("7") == (split == "val")]


def portrait_image(portrait):
    return read(DATA / "portraits" / "image" / f"{portrait}.jpg")


def portrait_label(kind, portrait):
    """`kind`: mask, soft or parts."""
    return read(DATA / "portraits" / kind / f"{portrait}.png", cv2.IMREAD_GRAYSCALE)


def alpha_target(mask, soft):
    """The true mask, along its outline softened by the soft matte where the two agree."""
    soft = cv2.resize(soft, mask.shape[::-1], interpolation=cv2.INTER_LINEAR)
    band = cv2.morphologyEx(mask, cv2.MORPH_GRADIENT, np.ones((15, 15), np.uint8)) > 127
    agree = band & (np.abs(mask.astype(np.int16) - soft) < 112)
    return np.where(agree, (mask.astype(np.uint16) + soft) // 2, mask).astype(np.uint8)


def soft_target(mask, soft):
    """A mean with slightly more of the true mask than of the soft matte: the mask decides who is a
    person, the matte how soft the edges are.
    """
    soft = cv2.resize(soft, mask.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return (0.55 * mask + 0.45 * soft + 0.5).astype(np.uint8)


def load_photos():
    require_data()
    return [read(p) for p in sorted((DATA / "photos").glob("*.jpg"))]


def to_tensor_layout(images):
    """uint8 HWC pictures to one float NCHW array in 0..1."""
    return np.stack(images).transpose(0, 3, 1, 2).astype(np.float32) / 255


def tone_table(rng, strength):
    """Exposure, white balance, gamma and contrast as one table per channel."""
    gain = np.exp(rng.normal(0, 0.12 * strength) + rng.normal(0, 0.06 * strength, 3))
    gamma = np.exp(rng.normal(0, 0.18 * strength))
    contrast = np.exp(rng.normal(0, 0.12 * strength))
    ramp = np.linspace(0, 1, 256)[:, None]
    table = ((ramp**gamma * gain - 0.45) * contrast + 0.45) * 255
    return np.clip(table, 0, 255).astype(np.uint8).reshape(256, 1, 3)


def tone(rng, image, strength=1.0):
    return cv2.LUT(image, tone_table(rng, strength))


def grain_field(rng):
    """Gaussian noise from which windows are cut: new noise for every frame would take longer than
    everything else.
    """
    return rng.standard_normal((512, 512, 3)).astype(np.float32)


def webcam(rng, grain, frames):
    """What a webcam does to pictures: tone, grey, low light, blur and JPEG are the same for all
    frames, the noise is different for each.
    """
    height, width = frames[0].shape[:2]
    gains = tone_table(rng, 1.3)
    frames = [cv2.LUT(frame, gains) for frame in frames]
    if rng.random() < 0.25:  # saturation, down to grey
        s = rng.uniform(0, 1.5)
        greys = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)[..., None] for frame in frames]
        frames = [
            np.clip(g + s * (f.astype(np.float32) - g), 0, 255).astype(np.uint8)
            for f, g in zip(frames, greys, strict=True)
        ]
    noise = rng.uniform(0, 6) if rng.random() < 0.5 else 0
    if rng.random() < 0.1:
        dim = rng.uniform(0.25, 0.6)
        frames = [cv2.convertScaleAbs(frame, alpha=dim) for frame in frames]
        noise = rng.uniform(3, 12)
    if rng.random() < 0.25:
        sigma = rng.uniform(0.4, 1.6)
        frames = [cv2.GaussianBlur(frame, (0, 0), sigma) for frame in frames]
    elif rng.random() < 0.08:
        kernel = motion_blur(int(rng.integers(3, 10)), rng.uniform(0, 180))
        frames = [cv2.filter2D(frame, -1, kernel) for frame in frames]
    if noise:
        windows = [(rng.integers(512 - height + 1), rng.integers(512 - width + 1)) for _ in frames]
        frames = [
            np.clip(f + grain[y : y + height, x : x + width] * noise, 0, 255).astype(np.uint8)
            for f, (y, x) in zip(frames, windows, strict=True)
        ]
    if rng.random() < 0.3:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 90))]
        frames = [
            cv2.imdecode(cv2.imencode(".jpg", f, quality)[1], cv2.IMREAD_COLOR) for f in frames
        ]
    return frames


def motion_blur(length, degrees):
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1 / length
    turn = cv2.getRotationMatrix2D((length / 2 - 0.5, length / 2 - 0.5), degrees, 1)
    kernel = cv2.warpAffine(kernel, turn, (length, length))
    return kernel / kernel.sum()


CLOTHES = 4  # its number among the parts


def recoloured(rng, frame, mask):
    """`frame` with another colour where `mask` (uint8) is, brighter or darker; light and shade
    stay.
    """
    blend = mask[..., None].astype(np.float32) / 255
    light = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)[..., None].astype(np.float32)
    dye = np.exp(rng.normal(0, 0.35, 3)).astype(np.float32)
    keep = rng.uniform(0, 1)  # of the colours there were
    dyed = (keep * frame + (1 - keep) * light) * dye * np.exp(rng.normal(0, 0.35)) + rng.normal(
        0, 12
    )
    return np.clip(frame + blend * (dyed - frame) + 0.5, 0, 255).astype(np.uint8)


class MatteSampler:
    """Draws augmented training samples: (frame, alpha, parts), all uint8, of one size.

    `soft`: alpha is the soft target; else the true mask, softened along its outline. People are
    always cut out by the latter.
    """

    def __init__(self, seed, soft=False):
        self.rng = np.random.default_rng(seed)
        self.portraits = []
        for portrait in portrait_ids("train"):
            labels = portrait_label("mask", portrait), portrait_label("soft", portrait)
            alpha = alpha_target(*labels)
            alphas = np.dstack([alpha, soft_target(*labels) if soft else alpha])
            self.portraits.append(
                (portrait_image(portrait), alphas, portrait_label("parts", portrait))
            )
        self.photos = load_photos()
        self.noise = grain_field(self.rng)

    def batch(self, draw, count, width, height):
        """`draw`: one of the sampler's ways to make a sample.

        Frames [N,3,H,W], alphas [N,1,H,W], parts [N,H,W].
        """
        frames, alphas, parts = zip(*(draw(width, height) for _ in range(count)), strict=True)
        return (
            to_tensor_layout(frames),
            np.stack(alphas)[:, None].astype(np.float32) / 255,
            np.stack(parts).astype(np.int64),
        )

    def sample(self, width, height):
        frame, alpha, parts = self.scene(width, height)
        return self.camera(frame)[0], alpha, parts

    def plain(self, width, height):
        """A portrait much as it was taken."""
        frame, alpha, parts = self.portrait("whole", width, height)
        if self.rng.random() < 0.5:
            frame, alpha, parts = self.dressed(frame, alpha, parts)
        return frame if self.rng.random() < 0.5 else self.camera(frame)[0], alpha, parts

    def scene(self, width, height):
        """A random scene before the camera: (frame, alpha, parts)."""
        kind = self.rng.choice(
            ["whole", "crop", "composite", "pair", "empty"], p=[0.34, 0.20, 0.36, 0.06, 0.04]
        )
        if kind in ("whole", "crop"):
            return self.dressed(*self.portrait(kind, width, height))
        frame = self.background(width, height)
        alpha = np.zeros((height, width), np.uint8)
        parts = np.zeros((height, width), np.uint8)
        for place in {"composite": ["any"], "pair": ["left", "right"], "empty": []}[kind]:
            frame, alpha, parts = self.paste(frame, alpha, parts, place)
        return self.dressed(frame, alpha, parts)

    def dressed(self, frame, alpha, parts):
        """Sometimes changes the clothes, the room, or the picture to black and white, because the
        portraits have too little of each.
        """
        rng = self.rng
        if rng.random() < 0.4:
            clothes = np.where(parts == CLOTHES, 255, 0).astype(np.uint8)
            frame = recoloured(rng, frame, cv2.GaussianBlur(clothes, (0, 0), 1.0))
        if rng.random() < 0.25:
            frame = recoloured(rng, frame, 255 - alpha)
        if rng.random() < 0.1:
            frame = cv2.cvtColor(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
        return frame, alpha, parts

    def camera(self, *frames):
        return webcam(self.rng, self.noise, frames)

    def portrait(self, kind, width, height):
        """A portrait on its own background: squeezed whole into the frame, or cropped."""
        image, alphas, parts = self.portraits[self.rng.integers(len(self.portraits))]
        rng = self.rng
        h, w = alphas.shape[:2]
        if kind == "whole":
            scale = (
                np.array([width / w, height / h])
                * rng.uniform(0.92, 1.3)
                * np.exp(rng.normal(0, 0.06, 2))
            )
        else:
            aspect = np.exp(rng.normal(0, 0.08))
            scale = (
                max(width / w, height / h) * rng.uniform(0.9, 1.7) * np.array([aspect, 1 / aspect])
            )
        slack = np.abs(scale * (w, h) - (width, height)) / 2
        offset = rng.uniform(-1, 1, 2) * slack + rng.normal(0, 0.03, 2) * (width, height)
        matrix = self.affine(scale, (w, h), (width, height), offset, rng.normal(0, 6))
        frame, alphas, parts = self.warp(
            image, alphas, parts, matrix, (width, height), cv2.BORDER_REFLECT_101
        )
        return frame, np.ascontiguousarray(alphas[..., 1]), parts

    def affine(self, scale, source, target, offset, degrees):
        """Maps the source's centre to the target's centre plus offset; one portrait in two is
        mirrored.
        """
        angle = np.deg2rad(degrees)
        rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        flip = -1 if self.rng.random() < 0.5 else 1
        linear = rotation @ np.diag([scale[0] * flip, scale[1]])
        centre = np.array(target) / 2 + offset
        return np.hstack([linear, (centre - linear @ (np.array(source) / 2))[:, None]])

    @staticmethod
    def warp(image, alphas, parts, matrix, size, border):
        """Applies an affine warp. Halves the source by area averaging first, where the warp alone
        would alias.
        """
        while np.sqrt(abs(np.linalg.det(matrix[:, :2]))) < 0.6 and min(alphas.shape[:2]) > 16:
            half = (alphas.shape[1] // 2, alphas.shape[0] // 2)
            image = cv2.resize(image, half, interpolation=cv2.INTER_AREA)
            alphas = cv2.resize(alphas, half, interpolation=cv2.INTER_AREA)
            matrix = matrix @ np.diag([2.0, 2.0, 1.0])
        to_image = np.diag(
            [alphas.shape[1] / parts.shape[1], alphas.shape[0] / parts.shape[0], 1.0]
        )
        return (
            cv2.warpAffine(image, matrix, size, flags=cv2.INTER_LINEAR, borderMode=border),
            cv2.warpAffine(alphas, matrix, size, flags=cv2.INTER_LINEAR, borderMode=border),
            cv2.warpAffine(
                parts, matrix @ to_image, size, flags=cv2.INTER_NEAREST, borderMode=border
            ),
        )

    def background(self, width, height):
        photo = self.photos[self.rng.integers(len(self.photos))]
        h, w = photo.shape[:2]
        zoom = self.rng.uniform(1, 1.8)
        fit = min(w / width, h / height) / zoom
        cw, ch = int(width * fit), int(height * fit)
        x, y = self.rng.integers(w - cw + 1), self.rng.integers(h - ch + 1)
        crop = photo[y : y + ch, x : x + cw]
        crop = cv2.resize(
            crop, (width, height), interpolation=cv2.INTER_AREA if fit > 1 else cv2.INTER_LINEAR
        )
        if self.rng.random() < 0.5:
            crop = crop[:, ::-1]
        if self.rng.random() < 0.3:  # a shallow depth of field
            crop = cv2.GaussianBlur(crop, (0, 0), self.rng.uniform(0.5, 4))
        return tone(self.rng, crop)

    def paste(self, frame, alpha, parts, place):
        """Composites one person; the picture's lower edge never floats inside the frame."""
        rng = self.rng
        height, width = alpha.shape
        image, own, own_parts = self.portraits[rng.integers(len(self.portraits))]
        h, w = own.shape[:2]
        tall = rng.uniform(0.55, 1.7) if place == "any" else rng.uniform(0.5, 1.0)
        aspect = np.exp(rng.normal(0, 0.06))
        scale = tall * height / h * np.array([aspect, 1 / aspect])
        x = {
            "any": rng.uniform(-0.4, 0.4),
            "left": rng.uniform(-0.4, -0.2),
            "right": rng.uniform(0.2, 0.4),
        }[place]
        below = (height - scale[1] * h) / 2  # lower edges aligned
        below += rng.uniform(0, 0.25) * scale[1] * h
        matrix = self.affine(scale, (w, h), (width, height), (x * width, below), rng.normal(0, 4))
        image = tone(rng, image) if rng.random() < 0.5 else image
        image, own, own_parts = self.warp(
            image, own, own_parts, matrix, (width, height), cv2.BORDER_CONSTANT
        )
        if rng.random() < 0.4:
            own = cv2.GaussianBlur(own, (0, 0), rng.uniform(0.4, 1.2))
        a = own[..., :1].astype(np.float32) / 255
        frame = (frame * (1 - a) + image * a + 0.5).astype(np.uint8)
        alpha = np.maximum(alpha, own[..., 1])
        parts = np.where(own[..., 0] > 127, own_parts, parts)
        return frame, alpha, parts
