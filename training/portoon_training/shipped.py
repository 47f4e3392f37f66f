"""A shipped net, made trainable again.

    python -m portoon_training.shipped portrait|drawn|drawn-fine OUT_FOLDER

Export folds batch normalisation away. Here each folded convolution gets back a normalisation that
changes nothing: its mean and variance are those of the convolution's answers to pictures of people,
its weights undo them.
"""

import argparse
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import nn

from .compact import expand
from .data import MatteSampler, to_tensor_layout
from .export import nets
from .manifest import MODELS
from .people import WebcamSampler
from .runs import SEED

SIZES = ((256, 256), (256, 160), (192, 256))
PICTURES = 64
QUIETEST = 0.01  # least variance, so that a channel that is nearly always 0 is not scaled up


def shipped_net(name, given, models=MODELS):
    """The net of that name in the folder `models`; `given` is what `calibrate` gives it."""
    kind, make = next((kind, make) for known, kind, make in nets() if known == name)
    model = make().eval()
    graph = onnx.load(str(models / kind / f"{name}.onnx")).graph
    expand(graph)
    weights = {i.name: torch.from_numpy(numpy_helper.to_array(i).copy()) for i in graph.initializer}
    normalised = {}
    for path, module in model.named_modules():
        if (
            isinstance(module, nn.Sequential)
            and len(module) > 1
            and isinstance(module[1], nn.BatchNorm2d)
        ):
            normalised[f"{path}.0"] = module[1]
            module[1].bias.data = weights.pop(f"{path}.0.bias")
            module[1].running_var.fill_(1 - module[1].eps)
    # The file has no normalisation; anything else that is missing is another net's.
    known = {f"{path[:-1]}1.{key}" for path in normalised for key in normalised[path].state_dict()}
    differing = model.load_state_dict(weights, strict=False)
    strangers = sorted(set(differing.missing_keys) - known) + differing.unexpected_keys
    if strangers:
        raise SystemExit(f"{name}.onnx is no such net: {strangers}")
    calibrate(model, normalised, given)
    return model.net


@torch.no_grad()
def calibrate(model, normalised, given):
    """Gives each normalisation the statistics of its convolution's output, without changing the
    net's answers. `given` yields the inputs of one run each.
    """
    sums = {
        path: torch.zeros(3, module.num_features, dtype=torch.float64)
        for path, module in normalised.items()
    }

    def listen(path):
        def hook(_, __, out):
            flat = out.double().transpose(0, 1).flatten(1)
            sums[path] += torch.stack(
                [torch.full_like(flat[:, 0], flat.shape[1]), flat.sum(1), flat.square().sum(1)]
            )

        return hook

    modules = dict(model.named_modules())
    hooks = [modules[path].register_forward_hook(listen(path)) for path in normalised]
    for inputs in given:
        model(*inputs)
    for hook in hooks:
        hook.remove()
    for path, norm in normalised.items():
        count, total, squares = sums[path]
        mean = total / count
        var = (squares / count - mean.square()).clamp_min(QUIETEST)
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(var)
        norm.weight.copy_((var + norm.eps).sqrt())
        norm.bias.add_(mean.float())


def pictures(name):
    """Portraits for the net of the styles. For the matte net scenes as webcams see them, and their
    mattes as the past of some.
    """
    matte = name == "portrait"
    sampler = WebcamSampler(SEED) if matte else MatteSampler(SEED)
    for size in SIZES:
        for _ in range(PICTURES // 8):
            frames, alphas, _ = zip(*(sampler.sample(*size) for _ in range(8)), strict=True)
            inputs = [torch.from_numpy(to_tensor_layout(frames))]
            if matte:
                prior = torch.stack([torch.from_numpy(a)[None].float() / 255 for a in alphas])
                inputs.append(prior * (torch.rand(8, 1, 1, 1) < 0.4))
            yield inputs


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("id", choices=[name for name, _, _ in nets()])
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(SEED)
    net = shipped_net(args.id, pictures(args.id))
    torch.save({"average": net.state_dict()}, args.out / "checkpoint.pt")


if __name__ == "__main__":
    main()
