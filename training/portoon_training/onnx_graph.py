"""From a PyTorch module to an ONNX graph, alike from every version of PyTorch since 1.13."""

import inspect

import torch
from onnx import helper, numpy_helper

OPSET = 17
# Versions of PyTorch that have only the tracer do not know the option.
TRACER = {"dynamo": False} if "dynamo" in inspect.signature(torch.onnx.export).parameters else {}


def trace(model, channels, outputs, path):
    """Writes `model` to `path` with free sides.

    `channels` says how many each input has, by name in the order of the module's arguments;
    `outputs` maps the name of each output to those of its two sides.
    """
    sides = {2: "H", 3: "W"}
    torch.onnx.export(
        model,
        tuple(torch.rand(1, count, 64, 64) for count in channels.values()),
        str(path),
        input_names=list(channels),
        output_names=list(outputs),
        dynamic_axes=dict.fromkeys(channels, sides)
        | {name: {2: height, 3: width} for name, (height, width) in outputs.items()},
        opset_version=OPSET,
        **TRACER,
    )


def fold_pads(graph):
    """Gives each mean the zeros that older exporters write as a Pad of their own before it.

    Such a Pad reads its widths as int64 at run time, which not every execution provider can.
    """
    constants = {i.name: numpy_helper.to_array(i) for i in graph.initializer}
    constants |= {
        node.output[0]: numpy_helper.to_array(node.attribute[0].t)
        for node in graph.node
        if node.op_type == "Constant"
    }
    for pad in [node for node in graph.node if node.op_type == "Pad"]:
        widths = constants[pad.input[1]]  # before N, C, H and W, then after them
        value = constants[pad.input[2]] if len(pad.input) > 2 and pad.input[2] else 0
        followers = [node for node in graph.node if pad.output[0] in node.input]
        before_means = all(node.op_type == "AveragePool" for node in followers)
        if not before_means or value != 0 or [*widths[:2], *widths[4:6]] != [0] * 4:
            raise ValueError(
                f"{pad.name}: only zeros around what a mean is of can be folded into it"
            )
        for mean in followers:
            kept = {a.name: helper.get_attribute_value(a) for a in mean.attribute}
            own = kept.get("pads", [0, 0, 0, 0])
            pads = [int(a + b) for a, b in zip(own, [*widths[2:4], *widths[6:8]], strict=True)]
            del mean.attribute[:]
            for name, value in (kept | {"pads": pads, "count_include_pad": 1}).items():
                mean.attribute.append(helper.make_attribute(name, value))
            mean.input[0] = pad.input[0]
        graph.node.remove(pad)
    drop_unused_constants(graph)


def drop_unused_constants(graph):
    used = {name for node in graph.node for name in node.input}
    for node in [n for n in graph.node if n.op_type == "Constant" and n.output[0] not in used]:
        graph.node.remove(node)
    for initializer in [i for i in graph.initializer if i.name not in used]:
        graph.initializer.remove(initializer)
