"""Measures the shipped nets through ONNX Runtime, on one thread: python evaluate.py [--sheets FOLDER]

The matte against the full-resolution masks of the validation portraits; the styles by cost and steadiness.
`--sheets` also draws overlays and styled portraits to look at (keep them out of the project).
"""

import argparse
import json
import time
from pathlib import Path

import cv2
import numpy as np
import onnx
import onnxruntime

from data import portrait_ids, portrait_image, portrait_label, to_tensor_layout
from metrics import summary

MODELS = Path(__file__).resolve().parent.parent
MATTE_SIZES = ((256, 256), (192, 256), (256, 160))
STYLE_SIZES = ((352, 192), (448, 256))
GRAIN = 0.02


def open_session(file):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(MODELS / file), options, providers=["CPUExecutionProvider"])


def run(session, picture, size):
    frame = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return session.run(None, {"frame": to_tensor_layout([frame])})[0][0]


def cost(file, size):
    """Parameters, and multiply-accumulates of the convolutions at `size`."""
    model = onnx.shape_inference.infer_shapes(free_sides(onnx.load(str(MODELS / file)), size))
    weights = {i.name: i.dims for i in model.graph.initializer}
    shapes = {v.name: [d.dim_value for d in v.type.tensor_type.shape.dim] for v in model.graph.value_info}
    macs = 0
    for node in model.graph.node:
        if node.op_type == "Conv":
            _, _, height, width = shapes[node.output[0]]
            macs += height * width * int(np.prod(weights[node.input[1]]))
    return sum(int(np.prod(dims)) for dims in weights.values()), macs


def free_sides(model, size):
    """Fixes H and W of the input."""
    width, height = size
    for dim, side in zip(model.graph.input[0].type.tensor_type.shape.dim[2:], (height, width)):
        dim.dim_value = side
    return model


def milliseconds(session, size, runs=15):
    frame = np.random.default_rng(0).random((1, 3, size[1], size[0]), np.float32)
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        session.run(None, {"frame": frame})
        times.append(time.perf_counter() - start)
    return 1000 * float(np.median(times))


def measure_matte(session, portraits):
    for size in MATTE_SIZES:
        pairs = []
        for portrait in portraits:
            mask = portrait_label("mask", portrait).astype(np.float32) / 255
            picture = portrait_image(portrait)
            if size[0] > size[1]:  # a landscape frame: the picture's upper middle
                top = (picture.shape[0] - picture.shape[1] * size[1] // size[0]) // 3
                rows = np.s_[top : top + picture.shape[1] * size[1] // size[0]]
                picture, mask = picture[rows], mask[rows]
            matte = run(session, picture, size)[0]
            pairs.append((cv2.resize(matte, mask.shape[::-1], interpolation=cv2.INTER_LINEAR), mask))
        figures = summary(pairs)
        print(
            f"  {size[0]}x{size[1]}: mean IoU {figures['iou']:.4f}, under 0.9 {figures['under_0.9']}, "
            f"blobs {figures['blobs']}, holes {figures['holes']} of {figures['pictures']}"
        )


def measure_style(session, portraits):
    """How much of a camera's grain comes through, against the grain itself."""
    rng = np.random.default_rng(0)
    through = []
    for portrait in portraits[:40]:
        frame = to_tensor_layout([cv2.resize(portrait_image(portrait), (288, 384), interpolation=cv2.INTER_AREA)])
        noisy = [np.clip(frame + rng.normal(0, GRAIN, frame.shape), 0, 1).astype(np.float32) for _ in range(2)]
        a, b = (session.run(None, {"frame": n})[0] for n in noisy)
        through.append(np.abs(a - b).mean() / np.abs(noisy[0] - noisy[1]).mean())
    print(f"  grain let through: {np.mean(through):.2f} of the frame's own (sd {GRAIN})")


def draw_sheet(entry, session, portraits, folder):
    columns = []
    for portrait in portraits:
        picture = portrait_image(portrait)
        if entry["kind"] == "matte":
            matte = cv2.resize(run(session, picture, tuple(entry["size"]))[0], picture.shape[1::-1])[..., None]
            columns.append(np.vstack([picture, picture * matte + np.array([40, 200, 90]) * (1 - matte)]))
        else:
            shown = [run(session, picture, size).transpose(1, 2, 0) * 255 for size in ((192, 256), (384, 512))]
            columns.append(np.vstack([picture, cv2.resize(shown[0], picture.shape[1::-1]), shown[1]]))
    sheet = np.hstack(columns).clip(0, 255).astype(np.uint8)
    cv2.imwrite(str(folder / f"{entry['id']}.png"), cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sheets", type=Path, help="folder for pictures to look at")
    args = parser.parse_args()
    portraits = portrait_ids("val")
    for entry in json.loads((MODELS / "manifest.json").read_text())["models"]:
        session = open_session(entry["file"])
        sizes = MATTE_SIZES if entry["kind"] == "matte" else STYLE_SIZES
        print(f"{entry['id']}: {entry['bytes']} bytes")
        for size in sizes:
            parameters, macs = cost(entry["file"], size)
            print(
                f"  {size[0]}x{size[1]}: {parameters} parameters, {macs / 1e9:.3f} GMAC "
                f"({macs / size[0] / size[1]:.0f} a pixel), {milliseconds(session, size):.1f} ms"
            )
        measure = measure_matte if entry["kind"] == "matte" else measure_style
        measure(session, portraits)
        if args.sheets:
            args.sheets.mkdir(parents=True, exist_ok=True)
            draw_sheet(entry, session, portraits[5:125:15], args.sheets)


if __name__ == "__main__":
    main()
