"""Trains the paintings' teacher on perceptual losses: python train_painter.py --out RUN_FOLDER"""

import cv2
import numpy as np
import torch

from data import load_photos, portrait_ids, portrait_image, portrait_label, to_tensor_layout, tone
from painter import PAINTINGS, Painter, load_painting
from perceptual import StyleLoss, total_variation
from runs import SEED, Run, arguments, prefetch

SIDE = 192
BATCH = 4
PAINTING_SIDE = 256  # a plane of the painting is to a frame of SIDE what it is to the painting
PORTRAIT_SHARE = 0.7
FACE = 3
CONTENT, STYLE, VARIATION = 1.0, 30.0, 0.5
FACE_ATTENTION = 4.0  # content counts so much more in faces


class Crops:
    """Square windows of portraits and photos, with the share of face skin in each pixel."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        ids = portrait_ids("train")
        self.portraits = [(portrait_image(i), (portrait_label("parts", i) == FACE).astype(np.uint8)) for i in ids]
        self.photos = load_photos()

    def batch(self):
        crops = [self.crop() for _ in range(BATCH)]
        frames, faces = zip(*crops)
        return to_tensor_layout(frames), np.stack(faces)[:, None].astype(np.float32)

    def crop(self):
        rng = self.rng
        if rng.random() < PORTRAIT_SHARE:
            image, face = self.portraits[rng.integers(len(self.portraits))]
            face = cv2.resize(face, image.shape[1::-1], interpolation=cv2.INTER_NEAREST)
        else:
            image = self.photos[rng.integers(len(self.photos))]
            face = np.zeros(image.shape[:2], np.uint8)
        scale = SIDE / min(image.shape[:2]) * rng.uniform(1, 1.6)
        image, face = (cv2.resize(x, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) for x in (image, face))
        y, x = (rng.integers(max(1, length - SIDE + 1)) for length in image.shape[:2])
        step = -1 if rng.random() < 0.5 else 1
        window = np.s_[y : y + SIDE, x : x + SIDE]
        return tone(rng, np.ascontiguousarray(image[window][:, ::step])), face[window][:, ::step]


def main():
    parser = arguments(__doc__, minutes=45)
    args = parser.parse_args()
    net = Painter().to(memory_format=torch.channels_last).train()
    run = Run(net, args, rate=2e-3, decay=0)
    perceptual = StyleLoss([load_painting(name, PAINTING_SIDE) for name in PAINTINGS])
    crops = Crops(SEED + run.step)
    trace = []
    for picture, face in prefetch(crops.batch):
        frame = torch.from_numpy(picture).contiguous(memory_format=torch.channels_last)
        which = (torch.arange(BATCH) + run.step) % len(PAINTINGS)
        with torch.autocast("cpu", torch.bfloat16):
            styled = net(frame, which)
        content, style = perceptual(styled, frame, which, 1 + FACE_ATTENTION * torch.from_numpy(face))
        run.update((CONTENT * content + STYLE * style).mean() + VARIATION * total_variation(styled))
        trace.append([content.mean().item(), *style.tolist()])
        done = run.progress >= 1
        if run.step % 50 == 0 or done:
            means = np.mean(trace[-50:], axis=0)
            print(f"step {run.step}  {run.spent / 60:.1f} min  content {means[0]:.3f}  style {means[1:].mean():.4f}", flush=True)
        if run.step % 200 == 0 or done:
            run.save()
        if done:
            break


if __name__ == "__main__":
    main()
