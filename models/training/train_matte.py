"""Trains the portrait matte net, or its teacher: python train_matte.py [--large] --out RUN_FOLDER"""

import cv2
import numpy as np
import torch
import torch.nn.functional as F

from data import DATA, MatteSampler, portrait_ids, portrait_image, portrait_label, to_tensor_layout
from metrics import summary
from matte_teacher import MatteTeacher
from nets import MatteNet
from runs import SEED, Run, arguments, prefetch

# (width, height); half resolution teaches shapes quickly, the full one edges.
EARLY_SIZES = [(160, 160), (192, 128), (160, 128), (128, 192)]
LATE_SIZES = [(192, 192), (256, 160), (256, 160), (192, 256), (256, 192), (256, 256)]
BATCH = 16


def matte_loss(logits, alpha):
    """BCE, more of it along the outline, and soft IoU per picture."""
    bce = F.binary_cross_entropy_with_logits(logits, alpha, reduction="none")
    edge = F.max_pool2d(alpha, 7, 1, 3) + F.max_pool2d(-alpha, 7, 1, 3)
    matte = torch.sigmoid(logits)
    inter = (matte * alpha).sum((1, 2, 3))
    union = (matte + alpha - matte * alpha).sum((1, 2, 3))
    soft_iou = 1 - (inter + 50) / (union + 50)
    return (bce * (1 + 2 * edge)).mean() + 0.5 * soft_iou.mean()


def parts_loss(logits, parts):
    small = F.interpolate(parts[:, None].float(), scale_factor=0.25, mode="nearest")[:, 0].long()
    return F.cross_entropy(logits, small)


class Validation:
    """Mean IoU of a net over the validation portraits, against their full-resolution masks."""

    def __init__(self):
        ids = portrait_ids("val")
        self.images = [portrait_image(i) for i in ids]
        self.masks = [portrait_label("mask", i).astype(np.float32) / 255 for i in ids]

    @torch.no_grad()
    def __call__(self, net, size=(256, 256)):
        pairs = []
        for image, mask in zip(self.images, self.masks):
            frame = to_tensor_layout([cv2.resize(image, size, interpolation=cv2.INTER_AREA)])
            matte = torch.sigmoid(net(torch.from_numpy(frame))[0])[0, 0].numpy()
            pairs.append((cv2.resize(matte, mask.shape[::-1], interpolation=cv2.INTER_LINEAR), mask))
        return summary(pairs)


def main():
    parser = arguments(__doc__, minutes=90)
    parser.add_argument("--large", action="store_true", help="the teacher")
    args = parser.parse_args()
    if args.large:
        net = MatteTeacher()
        run_rate, encoder, batch = 1e-3, [net.encoder], BATCH // 2
    else:
        net = MatteNet()
        net.load_squeezenet(np.load(DATA / "nets" / "squeezenet1_0.npz"))
        run_rate, encoder, batch = 2.5e-3, net.encoder(), BATCH
    net = net.to(memory_format=torch.channels_last).train()
    run = Run(net, args, run_rate, pretrained=encoder)
    rng = np.random.default_rng(SEED + run.step)
    sampler = MatteSampler(SEED + run.step)
    validation = Validation()

    def make():
        sizes = EARLY_SIZES if run.progress < 0.35 else LATE_SIZES
        return sampler.batch(batch, *sizes[rng.integers(len(sizes))])

    trace = []
    for frame, alpha, parts in prefetch(make):
        frame = torch.from_numpy(frame).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            matte_logits, parts_logits = net(frame)
        matte = matte_loss(matte_logits.float(), torch.from_numpy(alpha))
        run.update(matte + 0.3 * parts_loss(parts_logits.float(), torch.from_numpy(parts)))
        trace.append(matte.item())
        done = run.progress >= 1
        if run.step % 50 == 0:
            print(f"step {run.step}  {run.spent / 60:.1f} min  loss {np.mean(trace[-50:]):.4f}", flush=True)
        if run.step % 500 == 0 or done:
            run.save()
            print(f"step {run.step}  validation {validation(run.average)}", flush=True)
        if done:
            break


if __name__ == "__main__":
    main()
