"""Exported nets: the same answers as PyTorch, in operators that every runtime of the app has."""

import hashlib
import json

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="exports are made by PyTorch")
onnx = pytest.importorskip("onnx", reason="exports are ONNX")

from onnx import TensorProto, helper, numpy_helper

from portoon_training import compact, export, onnx_graph, shipped
from portoon_training.half import halve
from portoon_training.nets import fold_batch_norm
from portoon_training.styles import STYLES

from .networks import lively

NETS = {name: make for name, _, make in export.nets()}
SIZES = [(32, 32), (96, 160), (160, 96)]
UNWANTED = {"ConvTranspose", "GridSample", "Pad", "Shape", "Gather", "Slice", "Loop", "If"}
FLOATS = {TensorProto.FLOAT, TensorProto.FLOAT16}
HALF_TOLERANCE = 2e-2


@pytest.fixture(scope="module", params=NETS)
def exported(request, tmp_path_factory):
    """A net with random weights and the file it was written to."""
    model = NETS[request.param]()
    lively(model)
    fold_batch_norm(model)
    path = tmp_path_factory.mktemp("nets") / f"{request.param}.onnx"
    export.write_onnx(model, path)
    return model, path


def answers(path, given):
    """The answers of ONNX Runtime, or of ONNX's own evaluator if it is not installed."""
    try:
        import onnxruntime
    except ImportError:
        reference = pytest.importorskip(
            "onnx.reference", reason="neither onnxruntime nor onnx 1.13 is there to run the net"
        )
        return reference.ReferenceEvaluator(str(path)).run(None, given)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return session.run(None, given)


@torch.no_grad()
def expected(model, given):
    answer = model(*(torch.from_numpy(value) for value in given.values()))
    return [a.numpy() for a in (answer if isinstance(answer, tuple) else (answer,))]


def random_frames(model, size):
    rng = np.random.default_rng(size)
    return {
        name: rng.random((1, channels, *size), dtype=np.float32)
        for name, channels in model.inputs.items()
    }


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[1]}x{size[0]}")
def test_the_file_answers_as_pytorch_does(exported, size):
    model, path = exported
    given = random_frames(model, size)
    for mine, theirs in zip(answers(path, given), expected(model, given), strict=True):
        assert mine.shape == theirs.shape
        assert np.abs(mine - theirs).max() < 1e-4
        assert mine.std() > 0.005


def test_the_file_says_what_the_app_expects_of_it(exported):
    model, path = exported
    graph = onnx.load(str(path)).graph
    assert [i.name for i in graph.input] == list(model.inputs)
    assert [o.name for o in graph.output] == list(model.outputs)
    for value in (*graph.input, *graph.output):
        sides = [d.dim_param for d in value.type.tensor_type.shape.dim[2:]]
        assert sides == ["H", "W"]
        assert value.type.tensor_type.elem_type == TensorProto.FLOAT


def test_the_graph_holds_nothing_that_a_runtime_might_lack(exported):
    _, path = exported
    model = onnx.load(str(path))
    assert [o.version <= 21 for o in model.opset_import if o.domain in ("", "ai.onnx")] == [True]
    assert {o.domain for o in model.opset_import} <= {"", "ai.onnx"}
    operators = {node.op_type for node in model.graph.node}
    assert operators <= export.OPERATORS
    assert not operators & UNWANTED
    automatic = [a for node in model.graph.node for a in node.attribute if a.name == "auto_pad"]
    assert all(a.s == b"NOTSET" for a in automatic)


def test_large_weights_take_half_the_room_and_come_back_whole(exported):
    _, path = exported
    model = onnx.load(str(path))
    stored = {i.name: numpy_helper.to_array(i) for i in model.graph.initializer}
    assert all(v.dtype == np.float16 for v in stored.values() if v.size >= compact.LARGE)
    compact.expand(model.graph)
    onnx.checker.check_model(model)
    assert "Cast" not in {node.op_type for node in model.graph.node}
    whole = {i.name: numpy_helper.to_array(i) for i in model.graph.initializer}
    assert len(whole) == len(stored)
    assert {v.dtype for v in whole.values()} == {np.dtype(np.float32)}
    assert sum(v.size for v in whole.values()) == sum(v.size for v in stored.values())


def test_what_is_computed_is_float_at_run_time(exported):
    _, path = exported
    graph = onnx.shape_inference.infer_shapes(onnx.load(str(path)), strict_mode=True).graph
    constants = {i.name for i in graph.initializer}
    constants |= {n.output[0] for n in graph.node if n.op_type == "Constant"}
    known = {v.name: v.type.tensor_type.elem_type for v in (*graph.value_info, *graph.output)}
    computed = [o for n in graph.node if n.op_type != "Constant" for o in n.output]
    assert computed
    assert not [name for name in computed if name not in constants and known[name] not in FLOATS]


def test_the_half_precision_twin_answers_nearly_the_same(exported, tmp_path):
    model, path = exported
    twin = onnx.load(str(path))
    halve(twin)
    onnx.checker.check_model(twin)
    assert {i.data_type for i in twin.graph.initializer} >= {TensorProto.FLOAT16}
    onnx.save(twin, str(tmp_path / "half.onnx"))
    given = random_frames(model, (96, 160))
    for mine, theirs in zip(
        answers(tmp_path / "half.onnx", given), answers(path, given), strict=True
    ):
        assert np.abs(mine - theirs).mean() < HALF_TOLERANCE


def pool_after_pad(pads, value=0.0, follower="AveragePool"):
    window = {"kernel_shape": [3, 3], "strides": [1, 1]} if follower == "AveragePool" else {}
    nodes = [
        helper.make_node("Pad", ["x", "pads", "value"], ["padded"], "pad"),
        helper.make_node(follower, ["padded"], ["y"], **window),
    ]
    sides = [1, 2, "H", "W"]
    return helper.make_graph(
        nodes,
        "pool",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, sides)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 2, "h", "w"])],
        [
            numpy_helper.from_array(np.array(pads, np.int64), "pads"),
            numpy_helper.from_array(np.array(value, np.float32), "value"),
        ],
    )


def test_zeros_before_a_mean_are_folded_into_it():
    graph = pool_after_pad([0, 0, 1, 2, 0, 0, 3, 4])
    onnx_graph.fold_pads(graph)
    (mean,) = graph.node
    attributes = {a.name: helper.get_attribute_value(a) for a in mean.attribute}
    assert mean.input == ["x"]
    assert attributes["pads"] == [1, 2, 3, 4]
    assert attributes["count_include_pad"] == 1
    assert attributes["kernel_shape"] == [3, 3]
    assert not graph.initializer


def test_a_folded_mean_answers_as_before(tmp_path):
    given = {"x": np.random.default_rng(1).random((1, 2, 6, 8), dtype=np.float32)}
    results = []
    for fold in (False, True):
        graph = pool_after_pad([0, 0, 1, 1, 0, 0, 1, 1])
        if fold:
            onnx_graph.fold_pads(graph)
        opset = helper.make_opsetid("", onnx_graph.OPSET)
        path = tmp_path / f"{fold}.onnx"
        onnx.save(helper.make_model(graph, opset_imports=[opset], ir_version=8), str(path))
        results.append(answers(path, given)[0])
    assert np.abs(results[0] - results[1]).max() < 1e-6


@pytest.mark.parametrize(
    "graph",
    [
        pool_after_pad([0, 0, 1, 1, 0, 0, 1, 1], follower="Relu"),
        pool_after_pad([0, 0, 1, 1, 0, 0, 1, 1], value=1.0),
        pool_after_pad([0, 1, 0, 0, 0, 1, 0, 0]),
    ],
    ids=["not before a mean", "not zeros", "of channels"],
)
def test_a_pad_that_cannot_be_folded_is_refused(graph):
    with pytest.raises(ValueError, match="pad: "):
        onnx_graph.fold_pads(graph)


@pytest.mark.parametrize("name", NETS)
@torch.no_grad()
def test_a_shipped_net_is_trainable_again_with_the_same_answers(name, tmp_path):
    model = lively(NETS[name]())
    kind = next(kind for known, kind, _ in export.nets() if known == name)
    fold_batch_norm(model)
    (tmp_path / kind).mkdir()
    export.write_onnx(model, tmp_path / kind / f"{name}.onnx")
    given = random_frames(model, SIZES[1])
    inputs = [torch.from_numpy(value) for value in given.values()]
    again = shipped.shipped_net(name, [inputs], tmp_path)
    normalisations = [m for m in again.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    assert len(normalisations) > 5
    assert any(m.running_mean.abs().max() > 0.01 for m in normalisations)
    answer = again.eval()(*inputs)
    # The file stores large weights in half precision.
    assert (answer[0] - model.net(*inputs)[0]).abs().max() < HALF_TOLERANCE


@pytest.fixture
def models(tmp_path):
    """A folder with one shipped net, the drawn one, whose entry has a field that the export does
    not know.
    """
    (tmp_path / "style").mkdir()
    (tmp_path / "matte").mkdir()
    model = lively(NETS["drawn"]())
    fold_batch_norm(model)
    export.write_onnx(model, tmp_path / "style" / "drawn.onnx")
    (tmp_path / "manifest.json").write_text(
        json.dumps(
            {
                "version": 3,
                "models": [
                    {"id": "from-elsewhere", "kind": "matte", "file": "matte/elsewhere.onnx"},
                    {"id": "forms", "kind": "style", "file": "style/forms.onnx"},
                    {"id": "toon", "draw": {"lines": 0.4}, "sha256": "of before", "size": [1, 1]},
                ],
            }
        )
    )
    return tmp_path


def test_the_manifest_keeps_what_the_export_does_not_know(models):
    export.update_manifest(models)
    manifest = json.loads((models / "manifest.json").read_text())
    assert manifest["version"] == 3
    toon, *others, elsewhere = manifest["models"]
    assert [entry["id"] for entry in (toon, *others)] == list(STYLES)
    assert others[-1]["file"] == "style/drawn.onnx"
    assert elsewhere == {
        "id": "from-elsewhere",
        "kind": "matte",
        "file": "matte/elsewhere.onnx",
    }
    assert toon["draw"] == {"lines": 0.4}


def test_the_manifest_says_of_each_net_what_its_file_is(models):
    export.update_manifest(models)
    toon = json.loads((models / "manifest.json").read_text())["models"][0]
    for facts in (toon, toon["half"]):
        data = (models / facts["file"]).read_bytes()
        assert facts["sha256"] == hashlib.sha256(data).hexdigest()
        assert facts["bytes"] == len(data)
    assert toon["file"] == "style/drawn.onnx"
    assert toon["half"]["of"] == toon["sha256"]
    assert toon["size"] == [352, 192]
    assert (toon["kind"], toon["grade"], toon["card"]) == ("style", "live", "style/drawn.md")
