"""How steady the styles and their teachers are, on the same pairs of frames.

    python -m portoon_training.steadiness [STYLE ...]

Two frames of a portrait that turns and sways a little between them, each with a camera's grain. The
warping error is the root mean square difference of the second picture and the first carried along
the known motion (Lai et al. 2018).
"""

import argparse

import cv2
import numpy as np
import onnxruntime

from .data import portrait_ids, portrait_image, portrait_label
from .manifest import MODELS, read_manifest
from .sheets import run
from .styles import STYLES, procedural_teacher

SIZE = (192, 256)
GRAIN = 0.02 * 255
PORTRAITS = 12
MARGIN = 8  # pixels at the border that are ignored, because they show what comes into the frame


def pairs():
    """(two RGB uint8 frames, their part labels, the 2x3 matrix from the first to the second)."""
    rng = np.random.default_rng(3)
    ids = portrait_ids("val")
    for portrait in ids[:: len(ids) // PORTRAITS][:PORTRAITS]:
        still = cv2.resize(portrait_image(portrait), SIZE, interpolation=cv2.INTER_AREA)
        parts = portrait_label("parts", portrait)
        turn = cv2.getRotationMatrix2D(
            (SIZE[0] / 2, SIZE[1] / 2), rng.uniform(-1, 1), rng.uniform(0.99, 1.01)
        )
        turn[:, 2] += rng.uniform(-2, 2, 2)
        frames = noisy(rng, still), noisy(rng, carry(still, turn))
        yield frames, (parts, carry(parts, turn, cv2.INTER_NEAREST)), turn


def noisy(rng, image):
    """With a camera's grain."""
    return np.clip(image + rng.normal(0, GRAIN, image.shape), 0, 255).astype(np.uint8)


def carry(image, motion, interpolation=cv2.INTER_LINEAR):
    return cv2.warpAffine(
        image, motion, image.shape[1::-1], flags=interpolation, borderMode=cv2.BORDER_REFLECT_101
    )


def squared_error(first, second, motion):
    inner = np.s_[MARGIN:-MARGIN, MARGIN:-MARGIN]
    difference = carry(first, motion)[inner].astype(np.float32) - second[inner]
    return np.square(difference / 255).mean()


def warping_error(draw, scenes):
    """`draw` takes a frame and its parts."""
    errors = []
    for frames, parts, motion in scenes:
        first, second = (draw(*seen) for seen in zip(frames, parts, strict=True))
        errors.append(squared_error(first, second, motion))
    return np.sqrt(np.mean(errors))


def teacher_error(style, scenes):
    teacher = procedural_teacher(style)
    return warping_error(lambda frame, parts: teacher(frame, parts, SIZE), scenes)


def net_error(entry, scenes):
    session = onnxruntime.InferenceSession(
        str(MODELS / entry["file"]), providers=["CPUExecutionProvider"]
    )
    return warping_error(
        lambda frame, _: run(session, entry, frame, SIZE).transpose(1, 2, 0) * 255, scenes
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("styles", nargs="*", metavar="STYLE", help=", ".join(STYLES))
    wanted = parser.parse_args().styles or STYLES
    scenes = list(pairs())
    clip = warping_error(lambda frame, _: frame, scenes)
    print(f"the clip itself: {clip:.4f}\n")
    print("| net | error | over the clip's | teacher's error | over the teacher's |")
    print("| --- | --- | --- | --- | --- |")
    entries = read_manifest()["models"]
    for name in wanted:
        taught = teacher_error(STYLES[name], scenes)
        for entry in entries:
            if entry["id"].removesuffix("-fine") == name:
                styled = net_error(entry, scenes)
                figures = [f"{styled:.4f}", f"{styled / clip:.2f}"]
                figures += [f"{taught:.4f}", f"{styled / taught:.2f}"]
                print(f"| {' | '.join([entry['id'], *figures])} |", flush=True)


if __name__ == "__main__":
    main()
