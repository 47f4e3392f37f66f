"""Writes a trained net as ONNX and brings the manifest up to date: python export.py portrait RUN_FOLDER

Batch normalisation is folded away, the frame's sides stay free (`H`, `W`, multiples of 32), and the graph
is checked: same answers as PyTorch, no operator that reads shapes at run time.
"""

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn

from nets import MatteNet, StyleNet, ToneSteps, fold_batch_norm

MODELS = Path(__file__).resolve().parent.parent
OPSET = 17
OPERATORS = {"Add", "AveragePool", "Clip", "Constant", "Conv", "DepthToSpace", "Div", "GlobalAveragePool", "Mul", "Relu", "Resize", "Sigmoid", "Sin", "Sub"}
SIZES = ((32, 32), (160, 256), (256, 256), (192, 352), (384, 640))
TOLERANCE = 1e-4
LICENCE = "MIT"
ENTRIES = {
    "portrait": {"kind": "matte", "title": "Portrait", "size": [256, 256]},
    "toon": {"kind": "style", "title": "Toon", "size": [352, 192], "grade": "live"},
    "udnie": {"kind": "style", "title": "Udnie", "size": [352, 192], "grade": "live"},
}


class Matte(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = MatteNet()

    def forward(self, frame):
        return torch.sigmoid(self.net(frame)[0])


class Style(nn.Module):
    def __init__(self, levels, colour):
        super().__init__()
        self.net = StyleNet()
        self.tones = ToneSteps(levels, colour)

    def forward(self, frame):
        return self.tones(self.net(frame)).clamp(0, 1)


# Tone steps and colour gain. A regressed net is as cautious with colour as with borders; Udnie is nearly grey by intent.
TONES = {"toon": (6, 1.35), "udnie": (4, 1)}


def write_onnx(model, output, path):
    axes = {name: {2: "H", 3: "W"} for name in ("frame", output)}
    torch.onnx.export(
        model,
        (torch.rand(1, 3, 64, 64),),
        str(path),
        input_names=["frame"],
        output_names=[output],
        dynamic_axes=axes,
        opset_version=OPSET,
        dynamo=False,
    )
    graph = onnx.load(str(path))
    # The tracer leaves odd names on the output's free sides.
    for side, name in ((2, "H"), (3, "W")):
        graph.graph.output[0].type.tensor_type.shape.dim[side].dim_param = name
    graph.doc_string = ""
    for node in graph.graph.node:
        node.doc_string = ""
    onnx.checker.check_model(graph)
    strange = {node.op_type for node in graph.graph.node} - OPERATORS
    if strange:
        raise SystemExit(f"{path.name}: operators not promised: {sorted(strange)}")
    onnx.save(graph, str(path))


def check(model, path):
    """Largest difference between ONNX Runtime and PyTorch over all promised sizes."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    worst = 0.0
    for height, width in SIZES:
        frame = torch.rand(1, 3, height, width)
        with torch.no_grad():
            expected = model(frame).numpy()
        got = session.run(None, {"frame": frame.numpy()})[0]
        worst = max(worst, float(np.abs(got - expected).max()))
    if worst > TOLERANCE:
        raise SystemExit(f"{path.name}: differs from PyTorch by {worst:.2g}")
    return worst


def update_manifest():
    models = []
    for name, entry in ENTRIES.items():
        file = f"{entry['kind']}/{name}.onnx"
        if not (MODELS / file).exists():
            continue
        data = (MODELS / file).read_bytes()
        models.append(
            {
                "id": name,
                "kind": entry["kind"],
                "title": entry["title"],
                "file": file,
                "size": entry["size"],
                "state": [],
                "sha256": hashlib.sha256(data).hexdigest(),
                "bytes": len(data),
                "card": f"{entry['kind']}/{name}.md",
                "licence": LICENCE,
            }
            | ({"grade": entry["grade"]} if "grade" in entry else {})
        )
    (MODELS / "manifest.json").write_text(json.dumps({"models": models}, indent=2) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("id", choices=ENTRIES)
    parser.add_argument("run", type=Path, help="folder of the checkpoint")
    args = parser.parse_args()

    kind = ENTRIES[args.id]["kind"]
    model, output = (Matte(), "matte") if kind == "matte" else (Style(*TONES[args.id]), "styled")
    model.net.load_state_dict(torch.load(args.run / "checkpoint.pt")["average"])
    fold_batch_norm(model.eval())
    path = MODELS / kind / f"{args.id}.onnx"
    path.parent.mkdir(exist_ok=True)
    write_onnx(model, output, path)
    worst = check(model, path)
    update_manifest()
    print(f"{path.name}: {path.stat().st_size} bytes, differs from PyTorch by at most {worst:.1e}")


if __name__ == "__main__":
    main()
