"""Draws what the shipped nets make of validation portraits, to look at.

    python -m portoon_training.sheets FOLDER

Keep the pictures out of the project. The figures are `npm run eval`'s.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
import onnxruntime

from .data import portrait_ids, portrait_image, to_tensor_layout
from .manifest import MODELS, read_manifest

GREEN = np.array([40, 200, 90])


def run(session, entry, picture, size):
    """The net's first output on a first frame, [C,H,W]."""
    frame = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    sides = {"H": size[1], "W": size[0]}
    no_past = {
        s["in"]: np.zeros([sides.get(d, d) for d in s["shape"]], np.float32) for s in entry["state"]
    }
    output = "matte" if entry["kind"] == "matte" else "styled"
    return session.run([output], {"frame": to_tensor_layout([frame]), **no_past})[0][0]


def draw_sheet(entry, portraits):
    session = onnxruntime.InferenceSession(
        str(MODELS / entry["file"]), providers=["CPUExecutionProvider"]
    )
    columns = []
    for portrait in portraits:
        picture = portrait_image(portrait)
        if entry["kind"] == "matte":
            matte = cv2.resize(
                run(session, entry, picture, tuple(entry["size"]))[0], picture.shape[1::-1]
            )[..., None]
            columns.append(np.vstack([picture, picture * matte + GREEN * (1 - matte)]))
        else:
            small, large = (
                run(session, entry, picture, size).transpose(1, 2, 0) * 255
                for size in ((192, 256), (384, 512))
            )
            columns.append(np.vstack([picture, cv2.resize(small, picture.shape[1::-1]), large]))
    return cv2.cvtColor(np.hstack(columns).clip(0, 255).astype(np.uint8), cv2.COLOR_RGB2BGR)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    portraits = portrait_ids("val")[5:125:15]
    for entry in read_manifest()["models"]:
        cv2.imwrite(str(folder / f"{entry['id']}.png"), draw_sheet(entry, portraits))


if __name__ == "__main__":
    main()
