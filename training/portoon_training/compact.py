"""Stores the large weights of a net in half precision, which halves what people download.

The net computes as before: a cast to full precision follows each such weight, and the runtime
carries it out once, when it opens the net.
"""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

# Smaller weights, such as biases, are not worth a cast.
LARGE = 256
STORED = ".stored"


def compact(graph):
    """Rewrites a graph in place. What is stored in half precision already stays so."""
    casts, kept = [], []
    for weight in graph.initializer:
        value = numpy_helper.to_array(weight)
        small = value.astype(np.float16)
        if value.dtype == np.float32 and value.size >= LARGE and np.isfinite(small).all():
            stored = weight.name + STORED
            kept.append(numpy_helper.from_array(small, stored))
            casts.append(
                helper.make_node("Cast", [stored], [weight.name], weight.name, to=TensorProto.FLOAT)
            )
        else:
            kept.append(weight)
    nodes = [*casts, *graph.node]
    for field, items in ((graph.initializer, kept), (graph.node, nodes)):
        items = list(items)
        del field[:]
        field.extend(items)


def expand(graph):
    """The reverse of `compact`: all weights in full precision, without casts."""
    weights = {i.name: i for i in graph.initializer}
    nodes = []
    for node in graph.node:
        if node.op_type == "Cast" and node.input[0] in weights:
            value = numpy_helper.to_array(weights.pop(node.input[0])).astype(np.float32)
            weights[node.output[0]] = numpy_helper.from_array(value, node.output[0])
        else:
            nodes.append(node)
    for field, items in ((graph.initializer, list(weights.values())), (graph.node, nodes)):
        del field[:]
        field.extend(items)
