"""Training pairs from a procedural teacher, rendered as training goes on."""

import cv2
import numpy as np
import torch

from .abstraction import swirls
from .data import load_photos, portrait_ids, portrait_image, portrait_label, to_tensor_layout, tone
from .nets import Swirls
from .runs import SEED

FIRST = 60  # rendered before training starts
PORTRAIT_SHARE = 0.72
SHORT_SIDES = (144, 168, 192, 240, 288)
LEAST_SIDE = 72


class TeacherPool:
    """Pairs of (picture, target), rendered in a fixed random order and kept on disk.

    With Swirls a third picture has the waves that the teacher drew with, because they cannot be
    computed from a crop alone.
    """

    def __init__(self, folder, teacher, size, hand=None):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.teacher = teacher
        self.size = size
        self.hand = hand
        self.ids = portrait_ids("train")
        self.photos = load_photos()
        self.pairs = []
        while self.file(len(self.pairs)).exists():
            with np.load(self.file(len(self.pairs))) as saved:
                self.pairs.append(tuple(saved[name] for name in saved.files))
        while len(self.pairs) < FIRST:
            self.grow()

    def file(self, index):
        return self.folder / f"pair-{index:05d}.npz"

    def grow(self):
        index = len(self.pairs)
        if index >= self.size:
            return
        rng = np.random.default_rng([SEED, index])
        if rng.random() < PORTRAIT_SHARE:
            portrait = self.ids[rng.integers(len(self.ids))]
            image, parts = portrait_image(portrait), portrait_label("parts", portrait)
        else:
            image, parts = self.photos[rng.integers(len(self.photos))], None
        image = tone(rng, image, 0.5)
        height, width = image.shape[:2]
        scale = rng.choice(SHORT_SIDES) / min(height, width)
        size = round(width * scale), round(height * scale)
        # Most pictures are shrunk together with their targets, so that small faces keep their
        # features.
        shrunk = rng.uniform(LEAST_SIDE / min(size), 1) if rng.random() < 0.7 else 1
        seen = [2 * round(side * shrunk / 2) for side in size]
        picture = resized(image, seen)
        if (
            rng.random() < 0.45
        ):  # a dull camera: the teacher has most of the contrast back, as a draughtsman would
            grey, contrast = image.mean(), rng.uniform(0.4, 0.95)
            picture = dulled(picture, grey, contrast)
            image = dulled(image, grey, 1 - 0.4 * (1 - contrast))
        target = self.teacher(image, parts, size)
        pair = {"picture": picture, "target": resized(target, seen)}
        if self.hand is Swirls:
            waves = resized(swirls(image, size), seen)
            pair["waves"] = (waves * 127.5 + 128).astype(np.uint8)
        np.savez(self.file(index), **pair)
        self.pairs.append(tuple(pair.values()))

    def batch(self, rng, count, side):
        fitting = [pair for pair in self.pairs if min(pair[0].shape[:2]) >= side]
        crops = [self.crop(rng, fitting[rng.integers(len(fitting))], side) for _ in range(count)]
        return [to_tensor_layout(images) for images in zip(*crops, strict=True)]

    @staticmethod
    def crop(rng, pair, side):
        """A window of a pair."""
        y, x = (rng.integers(length - side + 1) for length in pair[0].shape[:2])
        step = -1 if rng.random() < 0.5 else 1
        return [p[y : y + side, x : x + side][:, ::step] for p in pair]


def resized(image, size):
    shrinks = size[0] < image.shape[1]
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)


def dulled(image, grey, contrast):
    return (grey + contrast * (image - grey)).clip(0, 255).astype(np.uint8)


def camera_noise(frame):
    """Grain and a slight exposure error; the cartoon must ignore both."""
    count = frame.shape[0]
    grain = torch.randn_like(frame) * torch.rand(count, 1, 1, 1) * 0.008
    return (frame * (1 + torch.randn(count, 1, 1, 1) * 0.01) + grain).clamp(0, 1)


def gradients(image):
    return image[..., 1:] - image[..., :-1], image[..., 1:, :] - image[..., :-1, :]
