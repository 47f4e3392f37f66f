"""Trains the matte's teacher, then the matte net on what it says, then further on endless scenes,
pictures nearly as they were taken, and soft targets alone.

python -m portoon_training.train_matte --large --out TEACHER_FOLDER
python -m portoon_training.matte_pool --teacher TEACHER_FOLDER --out POOL_FOLDER
python -m portoon_training.train_matte --pool POOL_FOLDER --out RUN_FOLDER
python -m portoon_training.train_matte --init RUN_FOLDER/checkpoint.pt --out FINAL_FOLDER
"""

from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F

from .data import (
    DATA,
    MatteSampler,
    portrait_ids,
    portrait_image,
    portrait_label,
    read,
    to_tensor_layout,
)
from .matte_pool import MattePool, SceneShots
from .matte_teacher import MatteTeacher
from .metrics import iou, summary
from .nets import MatteNet
from .people import PEOPLE, SEEN, UNKNOWN, WebcamSampler, people_ids, person_mask
from .runs import GENTLE, SEED, Run, arguments, autocast, prefetch

# (width, height); half resolution teaches shapes quickly, the full one edges.
EARLY_SIZES = [(160, 160), (192, 128), (160, 128), (128, 192)]
LATE_SIZES = [(192, 192), (256, 160), (256, 160), (192, 256), (256, 192), (256, 256)]
PLAIN_SIZES = LATE_SIZES + 2 * [(256, 256)]
BATCH = 16
TEACHER_SHARE = 0.5  # of the target is the teacher's matte; the rest is the true mask
FLICKER = 2.0
HINT = 0.15
SINGLE_SHARE = 0.8  # of the time, with a teacher, is for single frames, the rest for pairs
PLAIN_SHARE = 0.4  # of the single frames are unchanged portraits, with true masks alone
# Without a teacher, pairs are mixed with single frames, but not at the beginning and the end.
PAIRS_SHARE, PAIRS_FROM, PAIRS_UNTIL = 0.25, 0.15, 0.85
PLAIN_SHARE_OF_ALL = 0.15
# Of the other single frames: pictures nearly as they were taken, which are easier than scenes.
TAKEN_SHARE = 0.45
TAKEN_SIZES = [(288, 160), (256, 160), (256, 192), (256, 192), (224, 160), (192, 256), (160, 256)]
CUTS = 0.35  # of the pairs: the second frame shows another person in another place


def edge_band(alpha):
    """Where alpha changes within three pixels: its range over a 7x7 window."""
    window = np.ones((7, 7), np.uint8)
    planes = alpha.numpy()[:, 0]
    return torch.from_numpy(
        np.stack([cv2.morphologyEx(plane, cv2.MORPH_GRADIENT, window) for plane in planes])[:, None]
    )


def soft_iou_loss(matte, alpha):
    inter = (matte * alpha).sum((1, 2, 3))
    union = (matte + alpha - matte * alpha).sum((1, 2, 3))
    return (1 - (inter + 50) / (union + 50)).mean()


def matte_loss(matte, alpha, band):
    """BCE, more of it along the outline, and soft IoU per picture."""
    bce = F.binary_cross_entropy(matte.clamp(1e-4, 1 - 1e-4), alpha, reduction="none")
    return (bce * (1 + 2 * band)).mean() + 0.5 * soft_iou_loss(matte, alpha)


def parts_loss(logits, parts):
    small = F.interpolate(parts[:, None].float(), scale_factor=0.25, mode="nearest")[:, 0].long()
    return F.cross_entropy(logits, small, ignore_index=UNKNOWN)


class Validation:
    """Mean IoU of a net over the validation portraits, against their full-resolution masks."""

    def __init__(self):
        ids = portrait_ids("val")
        self.images = [portrait_image(i) for i in ids]
        self.masks = [portrait_label("mask", i).astype(np.float32) / 255 for i in ids]

    @staticmethod
    def answer(net, frame):
        if isinstance(net, MatteTeacher):
            return torch.sigmoid(net(frame)[0])
        return net.whole(net(frame, torch.zeros_like(frame[:, :1]))[0])

    @torch.no_grad()
    def __call__(self, net, size=(256, 256)):
        pairs = []
        for image, mask in zip(self.images, self.masks, strict=True):
            frame = to_tensor_layout([cv2.resize(image, size, interpolation=cv2.INTER_AREA)])
            matte = self.answer(net, torch.from_numpy(frame))[0, 0].numpy()
            pairs.append(
                (cv2.resize(matte, mask.shape[::-1], interpolation=cv2.INTER_LINEAR), mask)
            )
        return summary(pairs)


class WebcamValidation(Validation):
    """The portraits, and of every set of people the mean IoU of whole pictures at the live size's
    number of pixels; of the rooms the share in which over 0.5 % of the picture is called a person.
    """

    PIXELS = 288 * 160
    FALSE = 0.005
    MOST = 60  # of each set

    def __init__(self):
        super().__init__()
        self.people = {
            kind: [person_mask(kind, i) for i in people_ids(kind, "val")[: self.MOST]]
            for kind in SEEN
        }
        self.rooms = [
            read(PEOPLE / "rooms" / "image" / f"{i}.jpg") for i in people_ids("rooms", "val")
        ]

    @torch.no_grad()
    def matte(self, net, image):
        height, width = image.shape[:2]
        scale = (self.PIXELS / (height * width)) ** 0.5
        size = tuple(max(1, round(side * scale / 32)) * 32 for side in (width, height))
        frame = to_tensor_layout([cv2.resize(image, size, interpolation=cv2.INTER_AREA)])
        matte = self.answer(net, torch.from_numpy(frame))[0, 0].numpy()
        return cv2.resize(matte, (width, height), interpolation=cv2.INTER_LINEAR)

    def __call__(self, net):
        figures = {"portraits": round(super().__call__(net)["iou"], 4)}
        for kind, pictures in self.people.items():
            figures[kind] = round(
                float(
                    np.mean([iou(self.matte(net, image), mask / 255) for image, mask in pictures])
                ),
                3,
            )
        figures["false"] = round(
            float(
                np.mean([(self.matte(net, room) > 0.5).mean() > self.FALSE for room in self.rooms])
            ),
            3,
        )
        return figures


def report(run, trace, validation):
    """Prints and saves at intervals; returns whether training is over."""
    done = run.progress >= 1
    if run.step % 100 == 0:
        means = "  ".join(
            f"{name} {np.mean([t[name] for t in trace[-100:]]):.4f}" for name in trace[-1]
        )
        print(f"step {run.step}  {run.spent / 60:.1f} min  {means}", flush=True)
    if run.step % 500 == 0 or done:
        run.save()
        print(f"step {run.step}  validation {validation(run.average)}", flush=True)
    return done


def train_teacher(args):
    net = MatteTeacher().to(memory_format=torch.channels_last).train()
    run = Run(net, args, rate=1e-3, pretrained=[net.encoder])
    rng = np.random.default_rng(SEED + run.step)
    sampler = MatteSampler(SEED + run.step)
    validation = Validation()

    def make():
        sizes = EARLY_SIZES if run.progress < 0.35 else LATE_SIZES
        return sampler.batch(sampler.sample, BATCH // 2, *sizes[rng.integers(len(sizes))])

    trace = []
    for frame, alpha, parts in prefetch(make):
        with autocast():
            logits, parts_logits, _ = net(channels_last(frame))
        alpha = torch.from_numpy(alpha)
        matte = matte_loss(torch.sigmoid(logits.float()), alpha, edge_band(alpha))
        run.update(matte + 0.3 * parts_loss(parts_logits.float(), torch.from_numpy(parts)))
        trace.append({"matte": matte.item()})
        if report(run, trace, validation):
            break


def train_student(args):
    net = MatteNet()
    net.load_squeezenet(np.load(DATA / "nets" / "squeezenet1_0.npz"))
    net = net.to(memory_format=torch.channels_last).train()
    # The hint compares the features with the teacher's, if there are any.
    hint = Hint() if args.pool else None
    rate, gentle = (2e-3, GENTLE) if args.pool else (2e-4, 0.5)
    if args.init:
        freeze_statistics(net)
    run = Run(net, args, rate, pretrained=net.encoder(), gentle=gentle, companion=hint)
    rng = np.random.default_rng(SEED + run.step)
    if args.pool:
        sampler = MatteSampler(SEED + run.step)
        shots, validation = MattePool(args.pool, SEED + run.step), Validation()
    else:
        sampler = WebcamSampler(SEED + run.step)
        shots, validation = SceneShots(sampler, SEED + run.step), WebcamValidation()

    def singles(draw, sizes):
        """A batch of single frames, nothing seen before."""
        frame, alpha, parts = sampler.batch(draw, BATCH, *sizes[rng.integers(len(sizes))])
        return frame[None], alpha[None], alpha[None], parts, None, np.zeros_like(alpha), None

    def make():
        if args.pool:
            pairs, plains = run.progress >= SINGLE_SHARE, PLAIN_SHARE
        else:
            pairs, plains = (
                PAIRS_FROM < run.progress < PAIRS_UNTIL and rng.random() < PAIRS_SHARE,
                PLAIN_SHARE_OF_ALL,
            )
        if not pairs and rng.random() < plains:
            return singles(sampler.plain, PLAIN_SIZES)
        if not (pairs or args.pool) and rng.random() < TAKEN_SHARE:
            return singles(sampler.taken, TAKEN_SIZES)
        return shots.batch(
            BATCH if not pairs or args.pool else BATCH // 2, moments=2 if pairs else 1
        )

    trace = []
    for frames, alphas, mattes, parts, features, prior, still in prefetch(make):
        truth = [
            TEACHER_SHARE * torch.from_numpy(m) + (1 - TEACHER_SHARE) * torch.from_numpy(a)
            for a, m in zip(alphas, mattes, strict=True)
        ]
        with autocast():
            first, estimate, parts_logits, encoded = net(
                channels_last(frames[0]), torch.from_numpy(prior)
            )
        band = edge_band(truth[0])
        matte = matte_loss(first, truth[0], band)
        hinted = (
            hint(encoded.float(), torch.from_numpy(features))
            if features is not None
            else torch.zeros(())
        )
        named = parts_loss(parts_logits.float(), torch.from_numpy(parts))
        loss = matte + 0.25 * matte_loss(estimate, truth[0], band) + 0.5 * named + HINT * hinted
        flicker = torch.zeros(())
        if len(frames) == 2:
            # The past of the second frame is the net's own answer to the first, or after a cut its
            # answer to another scene.
            cut = torch.rand(len(still)) < (0 if args.pool else CUTS)
            past = torch.where(cut[:, None, None, None], first.detach().roll(1, 0), first.detach())
            with autocast():
                second, estimate, _, _ = net(channels_last(frames[1]), past)
            still = torch.from_numpy(still) & ~cut
            flicker = ((first.detach() - second)[still].abs() * band[still]).sum() / (
                band[still].sum() + 1
            )
            band = edge_band(truth[1])
            loss = (
                loss
                + matte_loss(second, truth[1], band)
                + 0.25 * matte_loss(estimate, truth[1], band)
                + FLICKER * flicker
            )
        run.update(loss)
        trace.append(
            {
                "matte": matte.item(),
                "flicker": flicker.item(),
                "parts": named.item(),
                "hint": hinted.item(),
            }
        )
        if report(run, trace, validation):
            break


def freeze_statistics(net):
    """Normalises by the means and variances of the net that training starts from.

    Those of a batch depend on its kind: with them a finished net first becomes much worse.
    """
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.eval()


class Hint(torch.nn.Module):
    """The error of predicting the teacher's features from the student's (Romero et al. 2015,
    arXiv:1412.6550); 1 is no better than their mean.
    """

    def __init__(self):
        super().__init__()
        # Normalised, as the encoder's features have no scale of their own.
        self.project = torch.nn.Sequential(
            torch.nn.BatchNorm2d(MatteNet.FEATURES),
            torch.nn.Conv2d(MatteNet.FEATURES, MatteTeacher.FEATURES, 1),
        )
        torch.nn.init.zeros_(self.project[1].weight)

    def forward(self, mine, theirs):
        error = (self.project(mine) - theirs).square().mean((0, 2, 3))
        return (error / (theirs.var((0, 2, 3)) + 1e-3)).mean()


def channels_last(frames):
    return torch.from_numpy(frames).contiguous(memory_format=torch.channels_last)


def main():
    parser = arguments(__doc__, minutes=60)
    parser.add_argument("--large", action="store_true", help="train the teacher")
    parser.add_argument("--pool", type=Path, help="scenes with the teacher's answers")
    args = parser.parse_args()
    if not (args.large or args.pool or args.init):
        parser.error("either --large, or --pool, or --init")
    train_teacher(args) if args.large else train_student(args)


if __name__ == "__main__":
    main()
