"""Writes what `npm run eval` holds the style nets against.

    python -m portoon_training.write_teachers FOLDER

The teachers' pictures of validation portraits, FOLDER/STYLE/ID.png, and the network whose features
measure content and style, FOLDER/features.onnx. Keep the folder out of the project;
PORTOON_TEACHERS tells the evaluation where it is.
"""

import argparse
from pathlib import Path

import cv2
from torch import nn

from .data import portrait_ids, portrait_image, portrait_label
from .onnx_graph import trace
from .resnet50 import ResNet50
from .styles import STYLES, procedural_teacher

SIZE = (192, 256)
PORTRAITS = 20
STYLE_LAYERS = ("conv1", "res2", "res3", "res4")


class Features(nn.Module):
    def __init__(self):
        super().__init__()
        self.resnet = ResNet50()

    def forward(self, frame):
        features = self.resnet(frame)
        return tuple(features[layer] for layer in STYLE_LAYERS)


def write_features(path):
    outputs = {layer: (f"H_{layer}", f"W_{layer}") for layer in STYLE_LAYERS}
    trace(Features().eval(), {"frame": 3}, outputs, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    write_features(args.folder / "features.onnx")
    ids = portrait_ids("val")
    for name, style in STYLES.items():
        teacher = procedural_teacher(style)
        (args.folder / name).mkdir(exist_ok=True)
        for portrait in ids[:: len(ids) // PORTRAITS][:PORTRAITS]:
            picture = teacher(portrait_image(portrait), portrait_label("parts", portrait), SIZE)
            cv2.imwrite(
                str(args.folder / name / f"{portrait}.png"),
                cv2.cvtColor(picture, cv2.COLOR_RGB2BGR),
            )


if __name__ == "__main__":
    main()
