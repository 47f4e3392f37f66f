"""Writes a trained net as ONNX and brings the manifest up to date.

    python -m portoon_training.export portrait|drawn|drawn-fine RUN_FOLDER

Batch normalisation is folded away, large weights are stored in half precision, the frame's
sides stay free (`H`, `W`, multiples of 32), and the graph is checked: same answers as PyTorch, no
operator that reads shapes at run time.
"""

import argparse
import hashlib
from pathlib import Path

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from torch import nn

from .compact import LARGE, compact
from .half import twin
from .manifest import MODELS, read_manifest, write_manifest
from .nets import MatteNet, fold_batch_norm
from .onnx_graph import fold_pads, trace
from .runs import load_checkpoint
from .styles import GRADES, STYLES

OPERATORS = {
    "Add", "AveragePool", "Cast", "Clip", "Concat", "Constant", "Conv", "DepthToSpace", "Div",
    "GlobalAveragePool", "GlobalMaxPool", "Identity", "MaxPool", "Mul", "Relu", "Resize", "Sigmoid",
    "Softmax", "Sub",
}  # fmt: skip
SIZES = ((32, 32), (160, 256), (256, 256), (192, 352), (384, 640))
TOLERANCE = 1e-4
LICENCE = "MIT"
FINE = "-fine"


class Matte(nn.Module):
    """The net with its parts named at full size.

    Its matte is the whole person; the prior of the next frame is what that was made from.
    """

    inputs = {"frame": 3, "prior": 1}
    outputs = ("matte", "prior_next", "parts")

    def __init__(self):
        super().__init__()
        self.net = MatteNet()

    def forward(self, frame, prior):
        prior_next, _, parts, _ = self.net(frame, prior)
        # Softmax before the resize: its channels still sum to one, and it runs on a sixteenth of
        # the pixels.
        parts = F.interpolate(
            torch.softmax(parts, 1), scale_factor=4.0, mode="bilinear", align_corners=False
        )
        return self.net.whole(prior_next), prior_next, parts


class DrawnFields(nn.Module):
    inputs = {"frame": 3}
    outputs = ("styled", "ink")

    def __init__(self, grade):
        super().__init__()
        self.net = GRADES[grade]()

    def forward(self, frame):
        tone, distance = self.net(frame)
        return tone.clamp(0, 1), distance


def nets():
    """The nets that can be exported: the name of the file, its folder, and a function that makes
    the net.
    """
    yield "portrait", "matte", Matte
    for grade, ending in (("live", ""), ("fine", FINE)):
        yield "drawn" + ending, "style", lambda grade=grade: DrawnFields(grade)


def entries():
    """The manifest's entries in its order: the id, what the entry says, its net and its card."""
    state = [{"in": "prior", "out": "prior_next", "shape": [1, 1, "H", "W"]}]
    matte = {"kind": "matte", "title": "Portrait", "size": [256, 256], "state": state}
    yield "portrait", matte, "portrait", "portrait"
    for grade, ending, size in (("live", "", [352, 192]), ("fine", FINE, [640, 384])):
        for name, title in STYLES.items():
            title += " (fine)" if ending else ""
            entry = {"kind": "style", "title": title, "size": size, "state": [], "grade": grade}
            yield name + ending, entry, "drawn" + ending, "drawn"


@torch.no_grad()
def round_weights(model):
    """Gives a net the weights that its file will hold."""
    for weight in model.parameters():
        if weight.numel() >= LARGE:
            weight.copy_(weight.half().float())


def write_onnx(model, path):
    round_weights(model)
    trace(model, model.inputs, dict.fromkeys(model.outputs, ("H", "W")), path)
    graph = onnx.load(str(path))
    fold_pads(graph.graph)
    # The tracer gives odd names to the free sides of outputs.
    for output in graph.graph.output:
        for side, name in ((2, "H"), (3, "W")):
            output.type.tensor_type.shape.dim[side].dim_param = name
    graph.doc_string = ""
    for node in graph.graph.node:
        node.doc_string = ""
    onnx.checker.check_model(graph)
    strange = {node.op_type for node in graph.graph.node} - OPERATORS
    if strange:
        raise SystemExit(f"{path.name}: operators not promised: {sorted(strange)}")
    compact(graph.graph)
    onnx.save(graph, str(path))


def check(model, path):
    """Largest difference between ONNX Runtime and PyTorch over all promised sizes."""
    import onnxruntime  # Nothing else here runs a net that is written.

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    worst = 0.0
    for height, width in SIZES:
        given = {
            name: torch.rand(1, channels, height, width) for name, channels in model.inputs.items()
        }
        with torch.no_grad():
            expected = model(*given.values())
        expected = expected if isinstance(expected, tuple) else (expected,)
        got = session.run(
            list(model.outputs), {name: value.numpy() for name, value in given.items()}
        )
        worst = max(
            worst, *(float(np.abs(a - b.numpy()).max()) for a, b in zip(got, expected, strict=True))
        )
    if worst > TOLERANCE:
        raise SystemExit(f"{path.name}: differs from PyTorch by {worst:.2g}")
    return worst


def update_manifest(models=MODELS):
    """Updates the manifest's entries of the nets in the folder, in the order of `entries`.

    Other fields of an entry stay. Entries that were made elsewhere stay too, and come last.
    """
    manifest = read_manifest(models)
    others = {entry["id"]: entry for entry in manifest["models"]}
    known = []
    for name, entry, net, card in entries():
        said = others.pop(name, {})
        file = f"{entry['kind']}/{net}.onnx"
        if not (models / file).exists():
            continue
        data = (models / file).read_bytes()
        facts = {"file": file, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
        about = {"card": f"{entry['kind']}/{card}.md", "licence": LICENCE}
        half = {"half": twin(facts, models)}
        known.append(said | {"id": name} | entry | facts | about | half)
    write_manifest(manifest | {"models": known + list(others.values())}, models)


def main():
    known = {name: (kind, make) for name, kind, make in nets()}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("id", choices=known)
    parser.add_argument("run", type=Path, help="folder of the checkpoint")
    args = parser.parse_args()

    kind, make = known[args.id]
    model = make()
    model.net.load_state_dict(load_checkpoint(args.run / "checkpoint.pt")["average"])
    fold_batch_norm(model.eval())
    path = MODELS / kind / f"{args.id}.onnx"
    path.parent.mkdir(exist_ok=True)
    write_onnx(model, path)
    worst = check(model, path)
    update_manifest()
    print(f"{path.name}: {path.stat().st_size} bytes, differs from PyTorch by at most {worst:.1e}")


if __name__ == "__main__":
    main()
