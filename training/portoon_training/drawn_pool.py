"""Training pairs of the drawn styles, rendered by a program of its own while training goes on.

    python -m portoon_training.drawn_pool POOL_FOLDER --pairs 1200 [--part 0/2]

People as webcams see them, portraits, rooms and photos, each at a size at which a net may see it.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
import torch

from .data import load_photos, portrait_ids, portrait_image, portrait_label, read, to_tensor_layout
from .data import tone as toned
from .drawn_teacher import drawn
from .people import PEOPLE, UNKNOWN, people_ids, read_person
from .runs import SEED

# How often a picture is of each set.
SHARES = {
    "portraits": 0.27, "actions": 0.3, "coco": 0.14, "faces": 0.1, "fashion": 0.05,
    "desk-stock": 0.03, "speakers": 0.03, "rooms": 0.04, "photos": 0.04,
}  # fmt: skip
SHORT_SIDES = (144, 160, 192, 192, 224, 256, 320)
MOST_ENLARGED = 1.25
LONGEST = 640
WINDOW_SHARE = 0.35  # of the pictures are cropped, as to the region around a person
INK_SCALE = 50  # of the distances in a file, which are int8
FIELDS = ("picture", "tone", "ink", "face")
DULL_SHARE = 0.5  # of crops have less contrast, as in dim rooms, by these factors
DULL = (0.3, 1.0)
SOFT_SHARE = 0.35  # of crops are blurred, as by cheap lenses and strong compression


class Sources:
    """Pictures with what is known of them: (image, parts, alpha); parts and alpha may be None."""

    def __init__(self):
        self.photos = load_photos()
        self.ids = {kind: people_ids(kind, "train") for kind in SHARES if kind in self.sets()}
        self.ids["portraits"] = portrait_ids("train")
        self.kinds = list(SHARES)
        self.shares = np.array(list(SHARES.values()))

    @staticmethod
    def sets():
        return {folder.name for folder in PEOPLE.iterdir() if folder.is_dir()}

    def pick(self, rng):
        kind = rng.choice(self.kinds, p=self.shares / self.shares.sum())
        if kind == "photos":
            return self.photos[rng.integers(len(self.photos))], None, None
        picture = self.ids[kind][rng.integers(len(self.ids[kind]))]
        if kind == "rooms":
            return read(PEOPLE / kind / "image" / f"{picture}.jpg"), None, None
        if kind == "portraits":
            labels = (portrait_label(label, picture) for label in ("parts", "mask"))
            return portrait_image(picture), *labels
        person = read_person(kind, picture)
        parts = np.where(person.parts == UNKNOWN, 0, person.parts)
        return person.image, parts, person.alpha


def window(rng, image, *labels):
    """A part of a picture and of its labels."""
    height, width = image.shape[:2]
    share = rng.uniform(0.55, 0.95)
    h, w = int(height * share), int(width * share)
    y, x = rng.integers(height - h + 1), rng.integers(width - w + 1)
    return [None if m is None else m[y : y + h, x : x + w] for m in (image, *labels)]


def render(sources, rng):
    """A picture as a net sees it, its tone and its distance to ink; None if it is too long."""
    image, parts, alpha = sources.pick(rng)
    if rng.random() < WINDOW_SHARE:
        image, parts, alpha = window(rng, image, parts, alpha)
    dull = toned(rng, image, 0.5)
    height, width = image.shape[:2]
    short = min(rng.choice(SHORT_SIDES), int(min(height, width) * MOST_ENLARGED))
    scale = short / min(height, width)
    size = 2 * round(width * scale / 2), 2 * round(height * scale / 2)
    if max(size) > LONGEST:
        return None
    tone, distance, face = drawn(image, parts, alpha, size, dull)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return {
        "picture": cv2.resize(dull, size, interpolation=how),
        "tone": (tone * 255 + 0.5).astype(np.uint8),
        "ink": np.round(distance * INK_SCALE).astype(np.int8),
        "face": (face * 255 + 0.5).astype(np.uint8),
    }


class DrawnPool:
    """The pairs that are in a folder so far."""

    def __init__(self, folder):
        self.folder = folder
        self.read = set()
        self.pairs = []
        self.look()

    def look(self):
        """Reads the pairs that have been written since the last call."""
        for file in sorted(self.folder.glob("pair-*.npz")):
            if file.name not in self.read:
                self.read.add(file.name)
                with np.load(file) as pair:
                    self.pairs.append([pair[name] for name in FIELDS])

    def batch(self, rng, count, side):
        """Crops [N,3,side,side] of pictures and tones, 0..1, [N,1,side,side] of distances, faces.

        Half of the pictures are duller than in the pool, and their tones with them; their lines
        stay: ink must not depend on the light.
        """
        fitting = [pair for pair in self.pairs if min(pair[0].shape[:2]) >= side]
        crops = [self.crop(rng, fitting[rng.integers(len(fitting))], side) for _ in range(count)]
        pictures, tones, ink, faces = zip(*crops, strict=True)
        distances = np.stack(ink)[:, None].astype(np.float32) / INK_SCALE
        seen = np.stack(faces)[:, None].astype(np.float32) / 255
        return [*(torch.from_numpy(to_tensor_layout(x)) for x in (pictures, tones)),
                torch.from_numpy(distances), torch.from_numpy(seen)]  # fmt: skip

    @staticmethod
    def crop(rng, pair, side):
        y, x = (rng.integers(length - side + 1) for length in pair[0].shape[:2])
        step = -1 if rng.random() < 0.5 else 1
        picture, tone, ink, face = (f[y : y + side, x : x + side][:, ::step] for f in pair)
        if rng.random() < DULL_SHARE:
            picture, tone = duller(rng, picture, tone)
        if rng.random() < SOFT_SHARE:
            picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.3, 0.8))
        return picture, tone, ink, face


def duller(rng, *pictures):
    """Pictures with the same lower contrast around the same grey."""
    contrast = np.exp(rng.uniform(*np.log(DULL)))
    grey = rng.uniform(60, 190)
    table = np.clip((np.arange(256) - grey) * contrast + grey + 0.5, 0, 255).astype(np.uint8)
    return [cv2.LUT(np.ascontiguousarray(picture), table) for picture in pictures]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pairs", type=int, default=1200)
    parser.add_argument("--part", default="0/1", help="which of how many programs this is")
    args = parser.parse_args()
    part, parts = (int(number) for number in args.part.split("/"))
    args.folder.mkdir(parents=True, exist_ok=True)
    sources = Sources()
    for index in range(part, args.pairs, parts):
        file = args.folder / f"pair-{index:05d}.npz"
        if file.exists():
            continue
        pair = render(sources, np.random.default_rng([SEED, 7, index]))
        if pair:
            # Training, which reads new pairs meanwhile, must only find complete files, so the file
            # is renamed last.
            growing = args.folder / f"growing-{index:05d}.npz"
            np.savez(growing, **pair)
            growing.rename(file)


if __name__ == "__main__":
    main()
