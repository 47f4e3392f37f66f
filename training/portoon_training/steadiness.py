"""How steady the styles and their teachers are, on the same pairs of frames: python -m portoon_training.steadiness [STYLE ...]

Two frames of a portrait that turns and sways a little between them, each with a camera's grain. The warping error is the root mean
square difference of the second picture and the first carried along the known motion (Lai et al. 2018).
"""

import argparse
import json

import cv2
import numpy as np
import onnxruntime

from .data import portrait_ids, portrait_image, portrait_label
from .sheets import MODELS, run
from .styles import STYLES, procedural_teacher

SIZE = (192, 256)
GRAIN = 0.02 * 255
PORTRAITS = 12
MARGIN = 8  # pixels: what comes in from outside is no error


def pairs():
    """(two RGB uint8 frames, their part labels, the 2x3 matrix from the first to the second)."""
    rng = np.random.default_rng(3)
    ids = portrait_ids("val")
    for portrait in ids[:: len(ids) // PORTRAITS][:PORTRAITS]:
        still = cv2.resize(portrait_image(portrait), SIZE, interpolation=cv2.INTER_AREA)
        parts = portrait_label("parts", portrait)
        turn = cv2.getRotationMatrix2D((SIZE[0] / 2, SIZE[1] / 2), rng.uniform(-1, 1), rng.uniform(0.99, 1.01))
        turn[:, 2] += rng.uniform(-2, 2, 2)
        noisy = lambda image: np.clip(image + rng.normal(0, GRAIN, image.shape), 0, 255).astype(np.uint8)
        frames = noisy(still), noisy(carry(still, turn))
        yield frames, (parts, carry(parts, turn, cv2.INTER_NEAREST)), turn


def carry(image, motion, interpolation=cv2.INTER_LINEAR):
    return cv2.warpAffine(image, motion, image.shape[1::-1], flags=interpolation, borderMode=cv2.BORDER_REFLECT_101)


def squared_error(first, second, motion):
    inner = np.s_[MARGIN:-MARGIN, MARGIN:-MARGIN]
    difference = carry(first, motion)[inner].astype(np.float32) - second[inner]
    return np.square(difference / 255).mean()


def warping_error(draw, scenes):
    """`draw` takes a frame and its parts."""
    errors = [squared_error(*(draw(*seen) for seen in zip(frames, parts)), motion) for frames, parts, motion in scenes]
    return np.sqrt(np.mean(errors))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("styles", nargs="*", metavar="STYLE", help=", ".join(STYLES))
    wanted = parser.parse_args().styles or STYLES
    scenes = list(pairs())
    clip = warping_error(lambda frame, _: frame, scenes)
    print(f"the clip itself: {clip:.4f}\n\n| net | error | over the clip's | teacher's error | over the teacher's |\n| --- | --- | --- | --- | --- |")
    entries = json.loads((MODELS / "manifest.json").read_text())["models"]
    for name in wanted:
        teacher = procedural_teacher(STYLES[name])
        taught = warping_error(lambda frame, parts: teacher(frame, parts, SIZE), scenes)
        for entry in entries:
            if entry["id"].removesuffix("-fine") == name:
                session = onnxruntime.InferenceSession(str(MODELS / entry["file"]), providers=["CPUExecutionProvider"])
                styled = warping_error(lambda frame, _: run(session, entry, frame, SIZE).transpose(1, 2, 0) * 255, scenes)
                print(f"| {entry['id']} | {styled:.4f} | {styled / clip:.2f} | {taught:.4f} | {styled / taught:.2f} |", flush=True)


if __name__ == "__main__":
    main()
