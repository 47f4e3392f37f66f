"""People as webcams see them, and the scenes made of them: whole pictures, people pasted into
rooms, rooms with nobody.

`PORTOON_DATA/people` says in its README what each set is. What a set's validation.txt lists is
never trained on.
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from .data import DATA, MatteSampler, read, tone

PEOPLE = DATA / "people"
PHOTOS_WITHOUT_PEOPLE = Path(__file__).with_name("photos_without_people.txt")
UNKNOWN = 255  # the label of pixels whose part is not known

# How often a picture is of each set.
SEEN = {
    "actions": 0.42, "coco": 0.26, "teachers": 0.12, "fashion": 0.08,
    "faces": 0.04, "speakers": 0.04, "desk-stock": 0.03, "motion": 0.01,
}  # fmt: skip
ROOMS = 0.1  # of the pictures nearly as they were taken show nobody
# Sets of pictures that are taller than wide.
UPRIGHT = ["fashion"]
# Sets whose masks are clean enough to cut people out by, and how often their room is replaced.
ANOTHER_ROOM = {
    "teachers": 0.3,
    "faces": 0.4,
    "actions": 0.12,
    "fashion": 0.3,
    "speakers": 0.1,
    "desk-stock": 0.1,
}


@dataclass
class Picture:
    """One picture with its labels; `cut` is the alpha to cut people out by, `alpha` what the net is
    to say.
    """

    image: np.ndarray
    alpha: np.ndarray
    cut: np.ndarray
    parts: np.ndarray


def people_ids(kind, split):
    kept = set((PEOPLE / kind / "validation.txt").read_text().split())
    ids = sorted(p.stem for p in (PEOPLE / kind / "image").glob("*.jpg"))
    return [i for i in ids if (i in kept) == (split == "val")]


def person_mask(kind, picture):
    """The true mask where there is one, else the soft matte, as large as the picture."""
    image = read(PEOPLE / kind / "image" / f"{picture}.jpg")
    true = PEOPLE / kind / "mask" / f"{picture}.png"
    if true.exists():
        return image, read(true, cv2.IMREAD_GRAYSCALE)
    soft = read(PEOPLE / kind / "soft" / f"{picture}.png", cv2.IMREAD_GRAYSCALE)
    return image, cv2.resize(soft, image.shape[1::-1], interpolation=cv2.INTER_CUBIC)


def read_person(kind, picture):
    image, alpha = person_mask(kind, picture)
    file = PEOPLE / kind / "parts" / f"{picture}.png"
    if file.exists():
        parts = cv2.resize(
            read(file, cv2.IMREAD_GRAYSCALE), image.shape[1::-1], interpolation=cv2.INTER_NEAREST
        )
        # Where the matte and the parts contradict each other, the part is unknown.
        parts = np.where((alpha > 127) == (parts > 0), parts, UNKNOWN).astype(np.uint8)
    else:
        parts = np.where(alpha > 127, UNKNOWN, 0).astype(np.uint8)
    cut = np.clip((alpha.astype(np.int16) - 64) * 2, 0, 255).astype(np.uint8)
    return Picture(image, alpha, cut, parts)


def scene_of(kind, picture):
    """Pictures of one scene count as one: what is before the time stamp, or a clip's name."""
    if kind == "teachers":
        return picture.split("__")[0]
    return picture.rsplit("_", 1)[0] if kind == "motion" else picture


class WebcamSampler(MatteSampler):
    """Scenes of all the sets, portraits among them."""

    def __init__(self, seed):
        super().__init__(seed, soft=True)
        # Some photos show people. Those in which a matte net finds nobody serve as backgrounds.
        self.photos = [
            read(DATA / "photos" / name) for name in PHOTOS_WITHOUT_PEOPLE.read_text().split()
        ]
        self.sets = {}
        for kind in SEEN:
            scenes = {}
            for picture in people_ids(kind, "train"):
                scenes.setdefault(scene_of(kind, picture), []).append(read_person(kind, picture))
            self.sets[kind] = list(scenes.values())
        self.rooms = [
            read(PEOPLE / "rooms" / "image" / f"{i}.jpg") for i in people_ids("rooms", "train")
        ]
        self.kinds = list(SEEN)
        self.shares = np.array([SEEN[kind] for kind in self.kinds])

    def person(self, kind):
        scenes = self.sets[kind]
        pictures = scenes[self.rng.integers(len(scenes))]
        return pictures[self.rng.integers(len(pictures))]

    def room(self, width, height):
        """Usually a room, otherwise any photo."""
        if self.rng.random() < 0.4:
            return self.background(width, height)
        photos, self.photos = self.photos, self.rooms
        room = self.background(width, height)
        self.photos = photos
        return room

    def scene(self, width, height):
        rng = self.rng
        kind = rng.choice(
            ["portrait", "seen", "pasted", "empty", "poster"], p=[0.20, 0.46, 0.20, 0.11, 0.03]
        )
        if kind == "portrait":
            return super().scene(width, height)
        if kind == "seen":
            frame, alpha, parts = self.seen(width, height)
        else:
            frame = self.room(width, height)
            alpha, parts = np.zeros((2, height, width), np.uint8)
            if kind == "poster" or rng.random() < 0.05:
                frame = self.poster(frame)
            if kind == "pasted":
                for _ in range(rng.choice([1, 2, 3], p=[0.7, 0.22, 0.08])):
                    frame, alpha, parts = self.body(frame, alpha, parts)
                if rng.random() < 0.45:
                    frame, alpha, parts = self.table(frame, alpha, parts)
        frame = self.lit(frame, alpha)
        if rng.random() < 0.5:
            frame, alpha, parts = self.dressed(frame, alpha, parts)
        return frame, alpha, parts

    def taken(self, width, height):
        """A whole picture, squeezed into the frame; light, size and place are nearly as taken."""
        rng = self.rng
        if rng.random() < ROOMS:
            frame = tone(rng, self.rooms[rng.integers(len(self.rooms))], 0.7)
            frame = cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA)
            nobody = np.zeros((height, width), np.uint8)
            return frame[:, :: rng.choice([1, -1])], nobody, nobody
        fits = np.array([(kind in UPRIGHT) == (height > width) for kind in self.kinds])
        shares = self.shares * fits
        one = self.person(str(rng.choice(self.kinds, p=shares / shares.sum())))
        h, w = one.alpha.shape
        scale = np.array([width / w, height / h]) * np.exp(rng.normal(0, 0.08, 2))
        offset = rng.normal(0, 0.03, 2) * (width, height)
        matrix = self.affine(scale, (w, h), (width, height), offset, 0)
        frame, labels, parts = self.warp(
            tone(rng, one.image, 0.7),
            np.dstack([one.cut, one.alpha]),
            one.parts,
            matrix,
            (width, height),
            cv2.BORDER_REFLECT_101,
        )
        return frame, np.ascontiguousarray(labels[..., 1]), parts

    def seen(self, width, height):
        """A picture whole, near, or from farther off than it was taken, its borders mirrored."""
        rng = self.rng
        kind = str(rng.choice(self.kinds, p=self.shares / self.shares.sum()))
        one = self.person(kind)
        h, w = one.alpha.shape
        cover = max(width / w, height / h)
        how = rng.choice(["whole", "near", "far"], p=[0.5, 0.25, 0.25])
        zoom = {
            "whole": rng.uniform(0.9, 1.25),
            "near": rng.uniform(1.25, 2.2),
            "far": 1 / rng.uniform(1.1, 2.0),
        }[how]
        scale = cover * zoom * np.exp(rng.normal(0, 0.06) * np.array([1, -1]))
        slack = np.abs(scale * (w, h) - (width, height)) / 2
        offset = rng.uniform(-1, 1, 2) * slack
        if how == "far" and rng.random() < 0.7:
            # The lower edge of the picture stays at the frame's, so that nobody is mirrored upside
            # down below it.
            offset[1] = slack[1]
        matrix = self.affine(scale, (w, h), (width, height), offset, rng.normal(0, 6))
        rows, columns = np.nonzero(one.cut > 127)
        if how == "near" and len(rows) and rng.random() < 0.6:
            # Somewhere on the person comes to the middle, as far as the picture goes.
            place = rng.integers(len(rows))
            matrix[:, 2] += np.array([width, height]) / 2 - matrix @ (
                columns[place],
                rows[place],
                1,
            )
            middle = matrix @ (w / 2, h / 2, 1) - np.array([width, height]) / 2
            matrix[:, 2] += np.clip(middle, -slack, slack) - middle
        labels = np.dstack([one.cut, one.alpha])
        frame, labels, parts = self.warp(
            one.image, labels, one.parts, matrix, (width, height), cv2.BORDER_REFLECT_101
        )
        alpha = np.ascontiguousarray(labels[..., 1])
        if rng.random() < ANOTHER_ROOM.get(kind, 0):
            cut = labels[..., :1].astype(np.float32) / 255
            frame = (self.room(width, height) * (1 - cut) + frame * cut + 0.5).astype(np.uint8)
            alpha = np.ascontiguousarray(labels[..., 0])
        return frame, alpha, parts

    def body(self, frame, alpha, parts):
        """Pastes somebody who stands, or whom the frame or a table cuts at waist or knees."""
        rng = self.rng
        height, width = alpha.shape
        if rng.random() < 0.35:
            return self.paste(frame, alpha, parts, rng.choice(["any", "left", "right"]))
        one = self.person("fashion")
        rows, columns = np.nonzero(one.cut > 127)
        top, bottom, left, right = rows.min(), rows.max(), columns.min(), columns.max()
        cut_at = rng.choice(
            [1.0, rng.uniform(0.4, 0.62), rng.uniform(0.65, 0.85)], p=[0.35, 0.45, 0.2]
        )
        bottom = int(top + (bottom - top) * cut_at)
        tall = (
            np.exp(rng.uniform(np.log(0.08), np.log(1.2)))
            if cut_at == 1
            else np.exp(rng.uniform(np.log(0.2), np.log(1.3)))
        )
        scale = (
            tall * height / max(1, bottom - top) * np.exp(rng.normal(0, 0.05) * np.array([1, -1]))
        )
        flip = -1 if rng.random() < 0.5 else 1
        x = rng.uniform(0.05, 0.95) * width
        floor = height if cut_at < 1 else height * rng.uniform(0.7, 1.15)
        if cut_at < 1:
            floor += rng.uniform(0, 0.2) * height * tall
        angle = np.deg2rad(rng.normal(0, 3))
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        linear = turn @ np.diag([scale[0] * flip, scale[1]])
        matrix = np.hstack(
            [linear, (np.array([x, floor]) - linear @ ((left + right) / 2, bottom))[:, None]]
        )
        own_cut = one.cut.copy()
        own_cut[bottom:] = 0 if cut_at < 1 else own_cut[bottom:]
        image = tone(rng, one.image) if rng.random() < 0.6 else one.image
        labels = np.dstack([own_cut, own_cut])
        image, own, own_parts = self.warp(
            image, labels, one.parts, matrix, (width, height), cv2.BORDER_CONSTANT
        )
        a = own[..., :1].astype(np.float32) / 255
        frame = (frame * (1 - a) + image * a + 0.5).astype(np.uint8)
        return (
            frame,
            np.maximum(alpha, own[..., 0]),
            np.where(own[..., 0] > 127, own_parts, parts).astype(np.uint8),
        )

    def table(self, frame, alpha, parts):
        """Something flat before everybody: a table along the lower edge, or a screen's back."""
        rng = self.rng
        height, width = alpha.shape
        if rng.random() < 0.6:
            y = height * rng.uniform(0.6, 0.95)
            slant = rng.normal(0, 0.05) * height
            left, right = (
                (-10, width + 10)
                if rng.random() < 0.6
                else np.sort(rng.uniform(-0.1, 1.1, 2)) * width
            )
            corners = [
                [left, y - slant],
                [right, y + slant],
                [right + rng.uniform(0, 40), height + 9],
                [left - rng.uniform(0, 40), height + 9],
            ]
        else:
            x, y = rng.uniform(0.2, 0.8) * width, height * rng.uniform(0.6, 0.85)
            w, h = width * rng.uniform(0.1, 0.25), height * rng.uniform(0.15, 0.35)
            lean = rng.normal(0, 0.15) * w
            corners = [[x - w + lean, y], [x + w + lean, y], [x + w, y + 2 * h], [x - w, y + 2 * h]]
        shape = np.zeros((height, width), np.uint8)
        cv2.fillConvexPoly(shape, np.int32(np.array(corners) * 16), 255, cv2.LINE_AA, 4)
        if rng.random() < 0.5:
            stuff = self.background(width, height)
        else:
            shade = np.clip(rng.uniform(20, 240) + rng.normal(0, 20, 3), 0, 255)
            ramp = np.linspace(rng.uniform(0.7, 1), rng.uniform(1, 1.2), height)[:, None, None]
            stuff = np.clip(np.broadcast_to(shade * ramp, frame.shape), 0, 255)
        a = shape[..., None].astype(np.float32) / 255
        frame = (frame * (1 - a) + stuff * a + 0.5).astype(np.uint8)
        alpha = (alpha * (1 - a[..., 0]) + 0.5).astype(np.uint8)
        return frame, alpha, np.where(shape > 127, 0, parts).astype(np.uint8)

    def poster(self, frame):
        """Puts a picture of a person on the wall or on a screen; the target is that nobody is
        there.
        """
        rng = self.rng
        height, width = frame.shape[:2]
        image = (
            self.portraits[rng.integers(len(self.portraits))][0]
            if rng.random() < 0.6
            else self.person("actions").image
        )
        h, w = image.shape[:2]
        scale = rng.uniform(0.15, 0.5) * height / h
        size = (max(8, int(w * scale)), max(8, int(h * scale)))
        edge = int(rng.integers(1, 5))
        small = cv2.copyMakeBorder(
            cv2.resize(tone(rng, image), size, interpolation=cv2.INTER_AREA),
            edge, edge, edge, edge, cv2.BORDER_CONSTANT,
            value=[int(v) for v in rng.integers(0, 256, 3)],
        )  # fmt: skip
        small = small[: height - 2, : width - 2]
        h, w = small.shape[:2]
        y, x = int(rng.uniform(0, 0.8) * (height - h)), rng.integers(width - w)
        frame = frame.copy()
        frame[y : y + h, x : x + w] = small
        return frame

    def lit(self, frame, alpha):
        """Against the light, in a person's own colours, or in the dark, now and then."""
        rng = self.rng
        kind = rng.choice(["plain", "against", "alike", "dark"], p=[0.72, 0.08, 0.1, 0.1])
        if kind == "plain":
            return frame
        a = alpha[..., None].astype(np.float32) / 255
        if kind == "against":
            light = rng.uniform(1.1, 2.0) * (1 - a) + rng.uniform(0.3, 0.8) * a
            return np.clip(frame * light, 0, 255).astype(np.uint8)
        if kind == "alike" and alpha.any():
            mean = (frame * a).sum((0, 1)) / (a.sum() + 1)
            around = (frame * (1 - a)).sum((0, 1)) / ((1 - a).sum() + 1)
            shift = (mean - around) * rng.uniform(0.6, 1)
            return np.clip(frame + shift * (1 - a), 0, 255).astype(np.uint8)
        ramp = (np.arange(256) / 255) ** rng.uniform(1.2, 2.6) * rng.uniform(0.4, 0.9)
        return cv2.LUT(frame, np.clip(ramp * 255 + rng.uniform(0, 20), 0, 255).astype(np.uint8))
