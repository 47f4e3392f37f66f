"""Writes the half-precision variant of every shipped net and enters it in the manifest.

    python -m portoon_training.half

A variant is for graphics processors that compute in half precision (WebGPU's `shader-f16`). It is
made from the .onnx file alone, takes and gives the same float32 tensors, and has the same graph
with casts where half precision begins and ends. Needs `numpy` and `onnx` only.
"""

import hashlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from .compact import expand
from .manifest import MODELS, read_manifest, write_manifest

# Made to work on ratios and small differences.
FULL_MODULES = ("whole",)
OTHER_MODULES = ("", "net")
# A mean over a whole picture sums up too many values; the shares of 0..1 decide the last bits of a
# frame.
FULL_OPERATORS = {"GlobalAveragePool", "Sigmoid", "Softmax"}
# With an operand in full precision they keep it.
ELEMENTWISE = {"Add", "Clip", "Div", "Mul", "Relu", "Sub"}
TYPES = {True: (TensorProto.FLOAT16, np.float16), False: (TensorProto.FLOAT, np.float32)}


def halve(model):
    """Rewrites a model's graph in place."""
    graph = model.graph
    expand(graph)
    modules = {node.name.split("/")[1] if node.name.count("/") > 1 else "" for node in graph.node}
    if strange := modules - {*FULL_MODULES, *OTHER_MODULES}:
        raise SystemExit(
            f"nobody has said in which precision {', '.join(strange)} is to work: see FULL_MODULES"
        )
    constants = {i.name: numpy_helper.to_array(i) for i in graph.initializer}
    for node in graph.node:
        if node.op_type == "Constant":
            constants[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)
    outputs = {output.name for output in graph.output}
    # The precision in which each value was computed, and its name after a cast to the other one.
    is_half = {i.name: False for i in graph.input}
    nodes, initializers, had = [], {}, {}

    def wanted(name, half):
        kind, dtype = TYPES[half]
        if name in constants:
            stored = f"{name}.half" if half else name
            if stored not in initializers:
                value = constants[name].astype(dtype)
                if not np.isfinite(value).all():
                    raise SystemExit(f"{name} does not fit into half precision")
                initializers[stored] = numpy_helper.from_array(value, stored)
            return stored
        if is_half[name] == half:
            return had.get((name, half), name)
        if (name, half) not in had:
            had[name, half] = f"{name}.{'half' if half else 'full'}"
            nodes.append(
                helper.make_node(
                    "Cast",
                    [had.get((name, not half), name)],
                    [had[name, half]],
                    had[name, half],
                    to=kind,
                )
            )
        return had[name, half]

    for node in graph.node:
        if node.op_type == "Constant":
            continue
        (output,) = node.output
        values = [name for name in node.input if name and name not in constants]
        full = (
            node.op_type in FULL_OPERATORS
            or any(f"/{module}/" in node.name for module in FULL_MODULES)
            or (node.op_type in ELEMENTWISE and not all(is_half[name] for name in values))
        )
        for at, name in enumerate(node.input):
            # The scale factors of a Resize are always in full precision.
            if name:
                node.input[at] = wanted(
                    name, not full and not (node.op_type == "Resize" and at > 0)
                )
        is_half[output] = not full
        nodes.append(node)
        if output in outputs and not full:
            node.output[0] = had[output, True] = f"{output}.half"
            had[output, False] = output
            nodes.append(
                helper.make_node("Cast", [node.output[0]], [output], output, to=TensorProto.FLOAT)
            )

    for field, items in (
        (graph.node, nodes),
        (graph.initializer, initializers.values()),
        (graph.value_info, []),
    ):
        kept = list(items)
        del field[:]
        field.extend(kept)


def twin(facts, models=MODELS):
    """Writes the half-precision variant of the net in `file`; returns its manifest entry."""
    data = (models / facts["file"]).read_bytes()
    model = onnx.load_model_from_string(data)
    halve(model)
    onnx.checker.check_model(model, full_check=True)
    file = facts["file"].removesuffix(".onnx") + "-half.onnx"
    halved = model.SerializeToString(deterministic=True)
    (models / file).write_bytes(halved)
    return {
        "file": file,
        "sha256": hashlib.sha256(halved).hexdigest(),
        "bytes": len(halved),
        "of": hashlib.sha256(data).hexdigest(),
    }


def main():
    manifest = read_manifest()
    for entry in manifest["models"]:
        data = (MODELS / entry["file"]).read_bytes()
        if hashlib.sha256(data).hexdigest() != entry["sha256"]:
            raise SystemExit(
                f"{entry['file']} is not the file that manifest.json tells of: "
                "portoon_training.export brings it up to date"
            )
        entry["half"] = twin(entry)
        print(f"{entry['half']['file']}: {entry['half']['bytes']} bytes of {entry['bytes']}")
    write_manifest(manifest)


if __name__ == "__main__":
    main()
