"""Trains a style net by regression on its teacher.

    python -m portoon_training.train_style STYLE --grade live --out RUN_FOLDER --pool POOL_FOLDER

The teacher's pictures are rendered while training goes on and kept in POOL_FOLDER, which both
grades may share. Every crop is seen through two windows a few pixels apart, each with its own
grain: what the net draws must move with the picture and must not follow the grain. A critic joins
when the regression has found its feet.
"""

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from .critic import Critic
from .runs import SEED, Run, arguments, prefetch
from .styles import GRADES, STYLES, procedural_teacher
from .teacher_pool import TeacherPool, camera_noise, gradients

POOL = 400
CROPS = ((64, 12), (96, 7), (128, 4))  # side, crops of a batch
SHIFT = 3  # pixels, at most, between the two windows
STEPPED = 0.3
BOLD = 1.5
CRITIC_FROM = 0.15  # of the time


def two_windows(picture, side, offset):
    """The window at the corner of each picture of a batch, then the one up to SHIFT pixels off."""
    dy, dx = offset
    return torch.cat([picture[..., :side, :side], picture[..., dy : dy + side, dx : dx + side]])


def disagreement(first, second, offset):
    """Mean difference of two windows where they show the same."""
    dy, dx = offset
    side = first.shape[-1]
    return (first[..., dy:, dx:] - second[..., : side - dy, : side - dx]).abs().mean()


def pixel_loss(styled, target, frame, ink_weight):
    """L1 and some L2, weighted towards ink: where the teacher draws darker than the frame."""
    ink = (frame - target).mean(1, keepdim=True).clamp(0, 0.25)
    error = (styled - target).abs()
    return ((error + 2 * error.square()) * (1 + ink_weight * ink)).mean()


def timidity(styled, wanted):
    """How much weaker or stronger the strokes are than the teacher's in a neighbourhood, wherever
    exactly each of them is.
    """
    pairs = zip(gradients(styled), gradients(wanted), strict=True)
    return sum((F.avg_pool2d(a.abs(), 8) - F.avg_pool2d(b.abs(), 8)).abs().mean() for a, b in pairs)


def main():
    parser = arguments(__doc__, minutes=20)
    parser.add_argument("style", choices=STYLES)
    parser.add_argument("--grade", choices=GRADES, default="live")
    parser.add_argument("--pool", type=Path, required=True)
    args = parser.parse_args()
    style = STYLES[args.style]
    net = style.net(args.grade).to(memory_format=torch.channels_last).train()
    if args.init:
        # A trained net keeps the statistics of its normalisations: new ones would scale up channels
        # that are nearly always 0.
        for norm in net.modules():
            if isinstance(norm, torch.nn.BatchNorm2d):
                norm.eval()
    tones = style.tones()
    critic = Critic()
    run = Run(net, args, rate=3e-3 if args.init else 5e-3, decay=0, companion=critic)
    rng = np.random.default_rng(SEED + run.step)
    pool = TeacherPool(args.pool, procedural_teacher(style), POOL, style.hand)

    def make():
        pool.grow()
        side, count = CROPS[rng.integers(len(CROPS))]
        return side, *pool.batch(rng, count, side + SHIFT)

    trace = []
    for side, *pair in prefetch(make):
        offset = rng.integers(SHIFT + 1, size=2)
        frame, wanted, *waves = (
            two_windows(torch.from_numpy(picture), side, offset) for picture in pair
        )
        seen = camera_noise(frame).contiguous(memory_format=torch.channels_last)
        given = [F.avg_pool2d(drawn, 2) * 2 - 1 for drawn in waves]
        with torch.autocast("cpu", torch.bfloat16, enabled=args.grade == "fine"):
            styled = net(seen, *given)
        styled = styled.float()
        final = tones(styled) if tones else styled
        pixel = pixel_loss(styled, wanted, frame, style.ink)
        edge = sum(
            (a - b).abs().mean() for a, b in zip(gradients(styled), gradients(wanted), strict=True)
        )
        steady = disagreement(*final.chunk(2), offset)
        stepped = (final - wanted).abs().mean() if tones else 0.0
        loss = (
            pixel
            + style.edge * edge
            + BOLD * timidity(final, wanted)
            + style.steady * steady
            + STEPPED * stepped
        )
        found_out = 2.0
        if run.progress >= CRITIC_FROM:
            found_out = critic.learn(frame, final, wanted)
            loss = loss + style.critic * critic.verdict(frame, final)
        run.update(loss)
        trace.append([pixel.item(), edge.item(), steady.item(), found_out])
        done = run.progress >= 1
        if run.step % 100 == 0 or done:
            pixel, edge, steady, fooled = np.mean(trace[-100:], axis=0)
            print(
                f"step {run.step}  {run.spent / 60:.1f} min  pool {len(pool.pairs)}"
                f"  pixel {pixel:.4f}  edge {edge:.4f}  steady {steady:.4f}  critic {fooled:.2f}",
                flush=True,
            )
        if run.step % 250 == 0 or done:
            run.save()
        if done:
            break


if __name__ == "__main__":
    main()
