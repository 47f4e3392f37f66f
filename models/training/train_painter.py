"""Trains the paintings' teacher: python train_painter.py --out RUN_FOLDER

First regression on procedural readings of the paintings, which give it clean planes and readable faces; then the paintings
themselves join through perceptual losses, with the reading as the anchor.
"""

import importlib
from pathlib import Path

import numpy as np
import torch

from painter import PAINTINGS, Painter, load_painting
from perceptual import StyleLoss, total_variation
from runs import SEED, Run, arguments, prefetch
from teacher_pool import TeacherPool, gradients

READINGS = {
    "udnie": "planes_teacher:planes",
    "great-wave": "great_wave_teacher:great_wave",
    "scream": "scream_teacher:scream",
    "forms": "forms_teacher:forms",
}
POOL = 150  # pictures of each reading
READING_SHARE = 0.4  # of the time, before the paintings join
READING_CROP = (128, 2)  # side, crops for each painting
PAINTING_CROP = (192, 1)
PAINTING_SIDE = 256  # a plane of the painting is to a frame of 192 what it is to the painting
ANCHOR, CONTENT, STYLE, VARIATION = 6.0, 0.3, 3.0, 0.3


def main():
    parser = arguments(__doc__, minutes=45)
    parser.add_argument("--pools", type=Path, required=True, help="folder of the readings' pictures")
    args = parser.parse_args()
    net = Painter().to(memory_format=torch.channels_last).train()
    run = Run(net, args, rate=2e-3, decay=0)
    perceptual = StyleLoss([load_painting(name, PAINTING_SIDE) for name in PAINTINGS])
    rng = np.random.default_rng(SEED + run.step)
    pools = []
    for name in PAINTINGS:
        module, function = READINGS[name].split(":")
        pools.append(TeacherPool(args.pools / f"reading-{name}", getattr(importlib.import_module(module), function), POOL))

    def make():
        pools[rng.integers(len(pools))].grow()
        side, count = PAINTING_CROP if run.progress >= READING_SHARE else READING_CROP
        crops = [pool.batch(rng, count, side) for pool in pools]
        which = np.repeat(np.arange(len(pools)), count)
        return *(np.concatenate(x) for x in zip(*crops)), which

    trace = []
    for picture, reading, which in prefetch(make):
        frame = torch.from_numpy(picture).contiguous(memory_format=torch.channels_last)
        reading, which = torch.from_numpy(reading), torch.from_numpy(which)
        with torch.autocast("cpu", torch.bfloat16):
            styled = net(frame, which)
        pixel = (styled - reading).abs().mean()
        edge = sum((a - b).abs().mean() for a, b in zip(gradients(styled), gradients(reading)))
        loss = ANCHOR * (pixel + edge)
        content = style = torch.zeros(1)
        if frame.shape[-1] == PAINTING_CROP[0]:
            content, style = perceptual(styled, frame, which)
            loss = loss + (CONTENT * content + STYLE * style).mean() + VARIATION * total_variation(styled)
        run.update(loss)
        trace.append([pixel.item(), content.mean().item(), style.mean().item()])
        done = run.progress >= 1
        if run.step % 50 == 0 or done:
            pixel, content, style = np.mean(trace[-50:], axis=0)
            print(
                f"step {run.step}  {run.spent / 60:.1f} min  reading {pixel:.4f}  content {content:.3f}  style {style:.4f}",
                flush=True,
            )
        if run.step % 200 == 0 or done:
            run.save()
        if done:
            break


if __name__ == "__main__":
    main()
