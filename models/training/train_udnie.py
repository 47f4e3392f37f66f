"""Trains the udnie style: python train_udnie.py --out RUN_FOLDER --init TOON_CHECKPOINT

First regression on a procedural reading of the painting, which gives the small net large clean planes; then the
painting itself joins through perceptual losses.
"""

import cv2
import numpy as np
import torch

from data import DATA, read, to_tensor_layout
from nets import StyleNet
from perceptual import StyleLoss, total_variation
from planes_teacher import planes
from runs import SEED, Run, arguments, prefetch
from teacher_pool import TeacherPool, camera_noise, gradients

PAINTING = "udnie.jpg"
PAINTING_SIDE = 320
POOL = 250
PLANES_CROPS = ((64, 24), (96, 14), (128, 8))  # side, batch size
PAINTING_CROP = (192, 3)
SHARE = 2  # crops of each batch that get a second noisy view


def load_painting():
    painting = read(DATA / "styles" / PAINTING)
    shrink = PAINTING_SIDE / min(painting.shape[:2])
    painting = cv2.resize(painting, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    return torch.from_numpy(to_tensor_layout([painting]))


def main():
    parser = arguments(__doc__, minutes=60)
    parser.add_argument("--planes-share", type=float, default=0.6, help="share of the time without the painting")
    parser.add_argument("--planes-weight", type=float, default=1.0, help="of the regression, once the painting joins")
    parser.add_argument("--content-weight", type=float, default=0.03)
    parser.add_argument("--style-weight", type=float, default=0.3)
    parser.add_argument("--variation-weight", type=float, default=0.1)
    args = parser.parse_args()
    net = StyleNet().to(memory_format=torch.channels_last).train()
    run = Run(net, args, rate=4e-3, decay=0)
    perceptual = StyleLoss(load_painting())
    rng = np.random.default_rng(SEED + run.step)
    pool = TeacherPool(args.out / "teacher", planes, POOL)

    def painting_joins():
        return run.progress >= args.planes_share

    def make():
        pool.grow()
        side, count = PAINTING_CROP if painting_joins() else PLANES_CROPS[rng.integers(len(PLANES_CROPS))]
        return pool.batch(rng, count, side)

    trace = []
    for picture, target in prefetch(make):
        frame = torch.from_numpy(picture).contiguous(memory_format=torch.channels_last)
        target = torch.from_numpy(target).contiguous(memory_format=torch.channels_last)
        styled = net(torch.cat([camera_noise(frame), camera_noise(frame[:SHARE])]))
        first, second = styled.split([len(frame), SHARE])
        pixel = (first - target).abs().mean()
        edge = sum((a - b).abs().mean() for a, b in zip(gradients(first), gradients(target)))
        flicker = (first[:SHARE] - second).abs().mean()
        content = style = torch.zeros(())
        weight = 2.0
        if painting_joins():
            content, style = perceptual(first, frame)
            weight = args.planes_weight
        run.update(
            weight * (pixel + 0.5 * edge)
            + flicker
            + args.content_weight * content
            + args.style_weight * style
            + args.variation_weight * total_variation(first)
        )
        trace.append([pixel.item(), flicker.item(), content.item(), style.item()])
        done = run.progress >= 1
        if run.step % 50 == 0 or done:
            means = np.mean(trace[-50:], axis=0)
            print(
                f"step {run.step}  {run.spent / 60:.1f} min  pool {len(pool.pairs)}  pixel {means[0]:.4f}"
                f"  flicker {means[1]:.4f}  content {means[2]:.4f}  style {means[3]:.4f}",
                flush=True,
            )
        if run.step % 200 == 0 or done:
            run.save()
        if done:
            break


if __name__ == "__main__":
    main()
