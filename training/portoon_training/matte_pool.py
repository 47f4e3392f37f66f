"""Scenes with the teacher's answers, kept on disk.

    python -m portoon_training.matte_pool --teacher RUN_FOLDER --out POOL_FOLDER

Each file holds CHUNK scenes of one size: frame (before the camera's faults), true alpha, parts, and
the teacher's matte and features.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
import torch

from .data import MatteSampler, grain_field, to_tensor_layout, webcam
from .matte_teacher import MatteTeacher
from .runs import SEED, autocast, load_checkpoint

CHUNK = 48
# (width, height)
SIZES = [(256, 160), (192, 256), (256, 144), (256, 192), (256, 256), (192, 192)]
# Without a pool: the sizes to which webcams' frames are scaled on different machines, upright ones
# and squares.
SCENE_SIZES = [
    (288, 160), (288, 160), (256, 160), (256, 144), (256, 192), (224, 128), (192, 256),
    (160, 288), (256, 256), (192, 192), (384, 224), (384, 288), (512, 288), (352, 480),
]  # fmt: skip


def grow(teacher_run, folder, scenes):
    """Adds chunks, with each size in turn, until there are `scenes`. It may be interrupted and
    continued at any time.
    """
    folder.mkdir(parents=True, exist_ok=True)
    teacher = MatteTeacher().to(memory_format=torch.channels_last).eval()
    teacher.load_state_dict(load_checkpoint(teacher_run / "checkpoint.pt")["average"])
    start = len(list(folder.glob("*.npz")))
    sampler = MatteSampler(SEED + 1000 * start)
    for index in range(start, scenes // CHUNK):
        size = SIZES[index % len(SIZES)]
        frames, alphas, parts = (
            np.stack(x) for x in zip(*(sampler.scene(*size) for _ in range(CHUNK)), strict=True)
        )
        mattes, features = (
            np.concatenate(x)
            for x in zip(*(answer(teacher, f) for f in np.split(frames, CHUNK // 8)), strict=True)
        )
        np.savez(
            folder / "growing.tmp.npz",
            frames=frames,
            alphas=alphas,
            parts=parts,
            mattes=mattes,
            features=features,
        )
        (folder / "growing.tmp.npz").rename(folder / f"{index:05d}.npz")
        print(f"{(index + 1) * CHUNK} scenes", flush=True)


@torch.no_grad()
def answer(teacher, frames):
    """Averages the answers to the frame and to its mirror image, which is slightly better than one
    answer.
    """
    frame = torch.from_numpy(to_tensor_layout(frames)).contiguous(memory_format=torch.channels_last)
    with autocast():
        (logits, _, features), (mirrored, _, mirrored_features) = (
            teacher(frame),
            teacher(frame.flip(3)),
        )
    mattes = torch.sigmoid((logits.float() + mirrored.float().flip(3)) / 2)[:, 0]
    features = (features.float() + mirrored_features.float().flip(3)) / 2
    return (mattes.numpy() * 255 + 0.5).astype(np.uint8), features.numpy().astype(np.float16)


class Shots:
    """Takes one frame of a scene, or two successive ones, through one webcam, their mattes, and a
    past for the first.
    """

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        self.grain = grain_field(self.rng)

    def shoot(self, frame, alphas, parts, features, moments):
        """`alphas`: what the net should answer, one or several; the past is made from the first.
        `features` may be None.
        """
        rng = self.rng
        if rng.random() < 0.5:
            frame, parts, *alphas = (
                np.ascontiguousarray(x[:, ::-1]) for x in (frame, parts, *alphas)
            )
            features = None if features is None else features[:, :, ::-1]
        still = rng.random() < 0.4
        past, motion = (
            (np.eye(2, 3), np.eye(2, 3))
            if still
            else (self.motion(parts.shape), self.motion(parts.shape))
        )
        prior = self.past(alphas[0], past, still)
        instants = [(frame, *alphas)]
        if moments == 2:
            instants.append(instants[0] if still else [self.warp(x, motion) for x in instants[0]])
        frames, *alphas = zip(*instants, strict=True)
        return webcam(rng, self.grain, frames), alphas, parts, features, prior, still

    def motion(self, shape):
        """A small similarity, as between two frames of someone who moves."""
        height, width = shape
        turn = cv2.getRotationMatrix2D(
            (width / 2, height), self.rng.normal(0, 2), np.exp(self.rng.normal(0, 0.02))
        )
        turn[:, 2] += self.rng.normal(0, 0.015, 2) * width * self.rng.choice([0.3, 1, 2])
        return turn

    @staticmethod
    def warp(image, matrix):
        return cv2.warpAffine(
            image,
            matrix,
            image.shape[1::-1],
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT_101,
        )

    def past(self, alpha, motion, still):
        """A random past: none, the previous frame's, one that missed most or some people, a wrong
        one, or noise.
        """
        rng = self.rng
        kind = rng.choice(
            ["none", "near", "faint", "some", "wrong", "full"],
            p=[0.42, 0.26, 0.07, 0.07, 0.14, 0.04],
        )
        if kind == "none":
            return np.zeros_like(alpha)
        if kind == "faint":
            return cv2.GaussianBlur(
                (alpha * rng.uniform(0, 0.5)).astype(np.uint8), (0, 0), rng.uniform(0.5, 3)
            )
        if kind == "some":
            height, width = alpha.shape
            x, y = np.sort(rng.integers(0, width, 2)), np.sort(rng.integers(0, height, 2))
            past = alpha.copy()
            past[y[0] : y[1], x[0] : x[1]] = rng.choice([0, 255], p=[0.75, 0.25])
            return cv2.GaussianBlur(past, (0, 0), rng.uniform(0.5, 3))
        if kind == "full":
            return np.full_like(alpha, 255)
        if kind == "wrong":
            past = self.warp(alpha[:, ::-1], self.motion(alpha.shape))
            shift = np.float32(
                [
                    [1, 0, rng.uniform(-0.5, 0.5) * alpha.shape[1]],
                    [0, 1, rng.uniform(-0.1, 0.5) * alpha.shape[0]],
                ]
            )
            return cv2.warpAffine(past, shift, alpha.shape[::-1])
        past = alpha if still else self.warp(alpha, motion)
        if (
            rng.random() < 0.7
        ):  # as a net would have given it: blurred, wavering, with patches missing or too many
            past = cv2.GaussianBlur(past, (0, 0), rng.uniform(0.5, 2))
            waver = cv2.resize(
                rng.normal(0, 0.12, (6, 6)).astype(np.float32),
                alpha.shape[::-1],
                interpolation=cv2.INTER_CUBIC,
            )
            past = np.clip(
                past + 255 * waver * rng.choice([0.3, 1, 3], p=[0.6, 0.3, 0.1]), 0, 255
            ).astype(np.uint8)
        return past


def planes(moments):
    """uint8 planes, those of one scene's moments side by side, to [moments,N,1,H,W] in 0..1."""
    return (
        np.stack([np.stack(moment) for moment in zip(*moments, strict=True)])[:, :, None].astype(
            np.float32
        )
        / 255
    )


class MattePool(Shots):
    """Shots of the scenes on disk, with the teacher's answers."""

    def __init__(self, folder, seed):
        super().__init__(seed)
        self.folder = folder

    def batch(self, count, moments):
        """frames [moments,N,3,H,W], alphas and teacher's mattes [moments,N,1,H,W]; of the first
        parts [N,H,W], features, prior [N,1,H,W]; still [N].
        """
        rng = self.rng
        files = sorted(self.folder.glob("0*.npz"))
        with np.load(files[rng.integers(len(files))]) as chunk:
            picks = rng.choice(CHUNK, count, replace=False)
            scenes = [
                [chunk_part[i] for i in picks]
                for chunk_part in (
                    chunk[k] for k in ("frames", "alphas", "mattes", "parts", "features")
                )
            ]
        shots = [
            self.shoot(frame, (alpha, matte), parts, features, moments)
            for frame, alpha, matte, parts, features in zip(*scenes, strict=True)
        ]
        frames, alphas, parts, features, priors, still = zip(*shots, strict=True)
        alphas, mattes = zip(*alphas, strict=True)
        return (
            np.stack([to_tensor_layout(moment) for moment in zip(*frames, strict=True)]),
            planes(alphas),
            planes(mattes),
            np.stack(parts).astype(np.int64),
            np.stack(features).astype(np.float32),
            np.stack(priors)[:, None].astype(np.float32) / 255,
            np.array(still),
        )


class SceneShots(Shots):
    """Shots of new scenes, for which there are no answers of a teacher: the sampler's alpha is the
    target.
    """

    def __init__(self, sampler, seed):
        super().__init__(seed)
        self.sampler = sampler

    def batch(self, count, moments):
        """Like the pool's batches, but without features.

        `count` is for a small frame. Of larger frames there are fewer, so that a batch takes the
        same time.
        """
        size = SCENE_SIZES[self.rng.integers(len(SCENE_SIZES))]
        count = max(4, round(count * min(1, 49152 / (size[0] * size[1]))))
        scenes = (self.sampler.scene(*size) for _ in range(count))
        frames, alphas, parts, _, priors, still = zip(
            *(self.shoot(frame, (alpha,), part, None, moments) for frame, alpha, part in scenes),
            strict=True,
        )
        alphas = planes([alpha for (alpha,) in alphas])
        return (
            np.stack([to_tensor_layout(moment) for moment in zip(*frames, strict=True)]),
            alphas,
            alphas,
            np.stack(parts).astype(np.int64),
            None,
            np.stack(priors)[:, None].astype(np.float32) / 255,
            np.array(still),
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--teacher", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--scenes", type=int, default=12000)
    args = parser.parse_args()
    torch.set_num_threads(1)
    grow(args.teacher, args.out, args.scenes)


if __name__ == "__main__":
    main()
