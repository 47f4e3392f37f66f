"""ImageNet ResNet-50 up to conv4 (Keras application weights)."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from .data import DATA

BLOCKS = {2: "abc", 3: "abcd", 4: "abcdef"}
BATCH_NORM_EPS = 1e-3


class ResNet50(nn.Module):
    """The frozen network; batch normalisation is folded into the kernels as they are read."""

    def __init__(self):
        super().__init__()
        weights = np.load(DATA / "nets" / "resnet50_conv1_to_conv4.npz")
        self.convs = nn.ModuleDict()
        self.add(weights, "conv1", "bn_conv1", stride=2, padding=3)
        for stage, blocks in BLOCKS.items():
            for block in blocks:
                # This ResNet strides in the first 1x1 convolution of a stage.
                stride = 2 if block == "a" and stage > 2 else 1
                name = f"{stage}{block}_branch"
                self.add(weights, f"res{name}2a", f"bn{name}2a", stride)
                self.add(weights, f"res{name}2b", f"bn{name}2b", padding=1)
                self.add(weights, f"res{name}2c", f"bn{name}2c")
                if block == "a":
                    self.add(weights, f"res{name}1", f"bn{name}1", stride)
        self.register_buffer("mean", torch.tensor([103.939, 116.779, 123.68]).view(1, 3, 1, 1))
        self.requires_grad_(False)
        self.to(memory_format=torch.channels_last)

    def add(self, weights, conv, bn, stride=1, padding=0):
        def get(name):
            return torch.from_numpy(weights[name].astype(np.float32))

        scale = get(f"{bn}|gamma") / torch.sqrt(get(f"{bn}|moving_variance") + BATCH_NORM_EPS)
        kernel = get(f"{conv}|kernel").permute(3, 2, 0, 1)
        bias = (get(f"{conv}|bias") - get(f"{bn}|moving_mean")) * scale + get(f"{bn}|beta")
        module = nn.Conv2d(kernel.shape[1], kernel.shape[0], kernel.shape[2], stride, padding)
        module.weight.data = kernel * scale.view(-1, 1, 1, 1)
        module.bias.data = bias
        self.convs[conv] = module

    def forward(self, frame, last="res4"):
        """Features of an RGB frame in 0..1, by layer name, up to `last`."""
        x = frame.flip(1) * 255 - self.mean
        x = torch.relu(self.convs["conv1"](x))
        features = {"conv1": x}
        x = F.max_pool2d(x, 3, 2, 1)
        for stage, blocks in BLOCKS.items():
            for block in blocks:
                name = f"res{stage}{block}_branch"
                y = torch.relu(self.convs[name + "2a"](x))
                y = torch.relu(self.convs[name + "2b"](y))
                shortcut = self.convs[name + "1"](x) if block == "a" else x
                x = torch.relu(self.convs[name + "2c"](y) + shortcut)
            features[f"res{stage}"] = x
            if f"res{stage}" == last:
                break
        return features
