"""Trains the toon style by regression on the procedural teacher: python train_toon.py --out RUN_FOLDER

The teacher's pictures are rendered while training goes on, one each step, and kept in RUN_FOLDER/teacher.
"""

import numpy as np
import torch

from nets import StyleNet
from runs import SEED, Run, arguments, prefetch
from teacher_pool import TeacherPool, camera_noise, gradients
from toon_teacher import toon

POOL = 600
CROPS = ((64, 24), (96, 14), (128, 8))  # side, batch size
SHARE = 2  # crops of each batch that get a second noisy view


def pixel_loss(styled, cartoon, frame):
    """L1 and some L2, weighted towards ink: where the cartoon is darker than the frame."""
    ink = (frame - cartoon).mean(1, keepdim=True).clamp(0, 0.25)
    error = (styled - cartoon).abs()
    return ((error + 2 * error.square()) * (1 + 16 * ink)).mean()


def main():
    parser = arguments(__doc__, minutes=60)
    args = parser.parse_args()
    net = StyleNet().to(memory_format=torch.channels_last).train()
    run = Run(net, args, rate=5e-3, decay=0)
    rng = np.random.default_rng(SEED + run.step)
    pool = TeacherPool(args.out / "teacher", toon, POOL)

    def make():
        pool.grow()
        side, count = CROPS[rng.integers(len(CROPS))]
        return pool.batch(rng, count, side)

    trace = []
    for picture, cartoon in prefetch(make):
        frame = torch.from_numpy(picture).contiguous(memory_format=torch.channels_last)
        cartoon = torch.from_numpy(cartoon).contiguous(memory_format=torch.channels_last)
        styled = net(torch.cat([camera_noise(frame), camera_noise(frame[:SHARE])]))
        first, second = styled.split([len(frame), SHARE])
        pixel = pixel_loss(first, cartoon, frame)
        edge = sum((a - b).abs().mean() for a, b in zip(gradients(first), gradients(cartoon)))
        flicker = (first[:SHARE] - second).abs().mean()
        run.update(pixel + 1.5 * edge + 0.3 * flicker)
        trace.append([pixel.item(), edge.item(), flicker.item()])
        done = run.progress >= 1
        if run.step % 50 == 0 or done:
            means = np.mean(trace[-50:], axis=0)
            print(
                f"step {run.step}  {run.spent / 60:.1f} min  pool {len(pool.pairs)}  pixel {means[0]:.4f}"
                f"  edge {means[1]:.4f}  flicker {means[2]:.4f}",
                flush=True,
            )
        if run.step % 250 == 0 or done:
            run.save()
        if done:
            break


if __name__ == "__main__":
    main()
