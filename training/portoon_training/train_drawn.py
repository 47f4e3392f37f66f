"""Trains the net of the drawn styles on its teacher's tone and ink.

    python -m portoon_training.drawn_pool POOL_FOLDER &
    python -m portoon_training.train_drawn --grade live --out RUN_FOLDER --pool POOL_FOLDER

Both grades may share a pool, which may still grow. Every crop is seen through two windows a few
pixels apart, each with its own grain: what the net draws must move with the picture and must not
follow the grain.
"""

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from .drawn_pool import DrawnPool
from .runs import SEED, Run, arguments, prefetch
from .styles import GRADES

CROPS = ((96, 8), (128, 5), (160, 3))  # side, crops of a batch
SHIFT = 3  # pixels, at most, between the two windows
LOOK = 100  # batches between two looks for new pairs
TONE, EDGES = 3.0, 2.0
DISTANCE = 0.5
FALLOFF = 1.2  # how fast an error's weight falls per pixel from a line
SHARPNESS = 4.0  # of the verdict whether a pixel is ink, per pixel of distance
FACES = 3.0  # extra weight of ink on faces: a face without features has no likeness
STEADY_INK = 0.15  # in proportion to the steadiness of the tone


def two_windows(field, side, offset):
    """The window at the corner of each field of a batch, then the one up to SHIFT pixels off."""
    dy, dx = offset
    return torch.cat([field[..., :side, :side], field[..., dy : dy + side, dx : dx + side]])


def disagreement(first, second, offset):
    """Mean difference of two windows where they show the same."""
    dy, dx = offset
    side = first.shape[-1]
    return (first[..., dy:, dx:] - second[..., : side - dy, : side - dx]).abs().mean()


def camera_noise(frame):
    """Grain and a slight exposure error; the drawing must ignore both."""
    count = frame.shape[0]
    grain = torch.randn_like(frame) * torch.rand(count, 1, 1, 1) * 0.008
    return (frame * (1 + torch.randn(count, 1, 1, 1) * 0.01) + grain).clamp(0, 1)


def gradients(image):
    return image[..., 1:] - image[..., :-1], image[..., 1:, :] - image[..., :-1, :]


def ink_losses(distance, wanted, face):
    """Error of the distance, weighted near lines, and of the decision whether a pixel is ink."""
    weight = 1 + FACES * face
    near = torch.exp(-FALLOFF * wanted.clamp(min=0))
    error = ((distance - wanted).abs() * (0.3 + 2 * near) * weight).mean()
    inked = (wanted < 0).float()
    verdict = F.binary_cross_entropy_with_logits(-SHARPNESS * distance, inked, reduction="none")
    return error, (verdict * (0.2 + near) * weight).mean()


def main():
    parser = arguments(__doc__, minutes=45)
    parser.add_argument("--grade", choices=GRADES, default="live")
    parser.add_argument("--pool", type=Path, required=True)
    args = parser.parse_args()
    net = GRADES[args.grade]().to(memory_format=torch.channels_last).train()
    run = Run(net, args, rate=2e-3 if args.init else 4e-3, decay=0)
    rng = np.random.default_rng(SEED + run.step)
    pool = DrawnPool(args.pool)
    batches = 0

    def make():
        nonlocal batches
        batches += 1
        if batches % LOOK == 0:
            pool.look()
        side, count = CROPS[rng.integers(len(CROPS))]
        return side, *pool.batch(rng, count, side + SHIFT)

    trace = []
    for side, *pair in prefetch(make):
        offset = rng.integers(SHIFT + 1, size=2)
        frame, wanted, ink, face = (two_windows(field, side, offset) for field in pair)
        # In half precision this net's losses become NaN.
        tone, distance = net(camera_noise(frame).contiguous(memory_format=torch.channels_last))
        edges = zip(gradients(tone), gradients(wanted), strict=True)
        flat = TONE * (tone - wanted).abs().mean()
        flat = flat + EDGES * sum((a - b).abs().mean() for a, b in edges)
        error, verdict = ink_losses(distance, ink, face)
        steady = disagreement(*tone.chunk(2), offset)
        steady = steady + STEADY_INK * disagreement(*distance.chunk(2), offset)
        run.update(flat + DISTANCE * error + verdict + steady)
        both = ((distance < 0) & (ink < 0)).float().sum()
        recall, precision = (both / ((field < 0).sum() + 1) for field in (ink, distance))
        trace.append([x.item() for x in (flat, error, verdict, steady, recall, precision)])
        done = run.progress >= 1
        if run.step % 100 == 0 or done:
            names = ("tone", "distance", "verdict", "steady", "recall", "precision")
            means = zip(names, np.mean(trace[-100:], axis=0), strict=True)
            told = "  ".join(f"{name} {mean:.4f}" for name, mean in means)
            print(f"step {run.step}  {run.spent / 60:.1f} min  pairs {len(pool.pairs)}  {told}",
                  flush=True)  # fmt: skip
        if run.step % 250 == 0 or done:
            run.save()
        if done:
            break


if __name__ == "__main__":
    main()
