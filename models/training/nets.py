"""The nets of Portoon: a matte net and a style net, small enough for one thread of WebAssembly."""

import math

import torch
import torch.nn.functional as F
from torch import nn


def conv_bn(cin, cout, kernel=1, stride=1, dilation=1, groups=1, relu=True):
    """Convolution with explicit zero padding and batch normalisation, which folds into it on export."""
    padding = dilation * (kernel // 2)
    layers = [
        nn.Conv2d(cin, cout, kernel, stride, padding, dilation, groups, bias=False),
        nn.BatchNorm2d(cout),
    ]
    if relu:
        layers.append(nn.ReLU(inplace=True))
    return nn.Sequential(*layers)


def upsample(x):
    return F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)


class InvertedResidual(nn.Module):
    """Expand, filter depthwise, project (MobileNetV2)."""

    def __init__(self, cin, cout, hidden, kernel=3, stride=1):
        super().__init__()
        self.body = nn.Sequential(
            conv_bn(cin, hidden),
            conv_bn(hidden, hidden, kernel, stride, groups=hidden),
            conv_bn(hidden, cout, relu=False),
        )
        self.residual = stride == 1 and cin == cout

    def forward(self, x):
        return x + self.body(x) if self.residual else self.body(x)


class ContextGate(nn.Module):
    """Scales each channel by what the whole picture shows, so that far-off blotches know they are alone."""

    def __init__(self, channels):
        super().__init__()
        self.fc = nn.Conv2d(channels, channels, 1)

    def forward(self, x):
        return x * torch.sigmoid(self.fc(F.adaptive_avg_pool2d(x, 1)))


class Fuse(nn.Module):
    """One decoder step: coarse features, upsampled, meet the encoder's finer ones."""

    def __init__(self, coarse, lateral, cout):
        super().__init__()
        self.coarse = conv_bn(coarse, cout, relu=False)
        self.lateral = conv_bn(lateral, cout, relu=False)
        self.mix = nn.Sequential(conv_bn(cout, cout, 3, groups=cout), conv_bn(cout, cout))

    def forward(self, coarse, lateral):
        return self.mix(torch.relu(upsample(self.coarse(coarse)) + self.lateral(lateral)))


class MatteNet(nn.Module):
    """Encoder to 1/32, global context, decoder to 1/2, depth-to-space to full resolution.

    `forward` returns matte logits and the logits of the parts at 1/4 resolution; the parts guide
    training and are dropped on export.
    """

    PARTS = 6

    def __init__(self):
        super().__init__()
        self.stem = conv_bn(3, 16, 3, stride=2)
        self.stage4 = nn.Sequential(
            InvertedResidual(16, 20, 32, stride=2), InvertedResidual(20, 20, 40)
        )
        self.stage8 = nn.Sequential(
            InvertedResidual(20, 36, 80, 5, stride=2),
            InvertedResidual(36, 36, 100, 5),
            InvertedResidual(36, 36, 100, 5),
        )
        self.stage16 = nn.Sequential(
            InvertedResidual(36, 64, 144, 5, stride=2),
            *[InvertedResidual(64, 64, 160, 5) for _ in range(3)],
        )
        self.stage32 = nn.Sequential(
            InvertedResidual(64, 96, 256, 5, stride=2),
            *[InvertedResidual(96, 96, 256, 5) for _ in range(2)],
            ContextGate(96),
        )
        self.fuse16 = Fuse(96, 64, 64)
        self.fuse8 = Fuse(64, 36, 36)
        self.fuse4 = Fuse(36, 20, 24)
        self.fuse2 = Fuse(24, 16, 16)
        self.head = nn.Conv2d(16, 4, 1)
        self.parts = nn.Conv2d(24, self.PARTS, 1)

    def forward(self, frame):
        x2 = self.stem(frame * 2 - 1)
        x4 = self.stage4(x2)
        x8 = self.stage8(x4)
        x16 = self.stage16(x8)
        x = self.fuse16(self.stage32(x16), x16)
        x = self.fuse8(x, x8)
        x = self.fuse4(x, x4)
        parts = self.parts(x)
        matte = F.pixel_shuffle(self.head(self.fuse2(x, x2)), 2)
        return matte, parts


class StyleBlock(nn.Module):
    """Dilated depthwise-separable residual block."""

    def __init__(self, channels, dilation):
        super().__init__()
        self.body = nn.Sequential(
            conv_bn(channels, channels, 3, dilation=dilation, groups=channels),
            conv_bn(channels, channels, relu=False),
        )

    def forward(self, x):
        return torch.relu(x + self.body(x))


class StyleNet(nn.Module):
    """Picture to picture at 3 kMAC per pixel: works at 1/4, draws over the frame's large tones."""

    def __init__(self, width=48, half_width=20, dilations=(1, 2, 4, 8, 1, 2, 4, 8)):
        super().__init__()
        self.stem = conv_bn(3, half_width, 3, stride=2)
        self.down = conv_bn(half_width, width, 3, stride=2)
        self.body = nn.Sequential(*[StyleBlock(width, d) for d in dilations])
        self.up = conv_bn(width, 4 * half_width, relu=False)
        self.mix = nn.Sequential(
            conv_bn(half_width, half_width, 3, groups=half_width, relu=False),
            conv_bn(half_width, half_width),
        )
        self.head = nn.Conv2d(half_width, 12, 3, padding=1)
        self.detail = nn.Conv2d(half_width, 4, 1)
        nn.init.zeros_(self.head.weight)  # training starts from the frame's own tones
        nn.init.zeros_(self.head.bias)

    def forward(self, frame):
        x2 = self.stem(frame * 2 - 1)
        x = self.body(self.down(x2))
        x = torch.relu(F.pixel_shuffle(self.up(x), 2) + x2)
        x = x + self.mix(x)
        tones = upsample(F.avg_pool2d(frame, 2))
        # The frame's finest detail passes where it makes the likeness, as in eyes, and stays out of the flat.
        detail = torch.sigmoid(F.pixel_shuffle(self.detail(x), 2)) * (frame - tones)
        return tones + detail + F.pixel_shuffle(self.head(x), 2)


class ToneSteps(nn.Module):
    """Draws lightness (Rec. 601 luma) together into flat tones with soft borders, and multiplies what is colour by `colour`.

    x - sin(x) is a staircase of treads 2 pi wide; applied twice, its borders are a few grey levels wide, so that grain does
    not flicker over them. A regressed net is too cautious to set such borders itself. Scale and colour are folded into the
    two convolutions: at full size every operator counts.
    """

    LUMA = torch.tensor([0.299, 0.587, 0.114])

    def __init__(self, levels, colour):
        super().__init__()
        self.turn = 2 * math.pi * levels
        self.light = nn.Conv2d(3, 1, 1, bias=False)
        self.light.weight.data = (self.LUMA * self.turn).view(1, 3, 1, 1)
        self.colour = nn.Conv2d(3, 3, 1, bias=False)
        self.colour.weight.data = ((torch.eye(3) - self.LUMA) * colour).view(3, 3, 1, 1)

    def forward(self, picture):
        light = self.light(picture)
        light = light - torch.sin(light)
        light = light - torch.sin(light)
        return self.colour(picture) + light / self.turn


def fold_batch_norm(net):
    """Folds every Conv+BatchNorm pair in place; the net must be in eval mode."""
    for module in net.modules():
        if isinstance(module, nn.Sequential):
            layers = list(module._modules.items())
            for (conv_name, conv), (bn_name, bn) in zip(layers, layers[1:]):
                if isinstance(conv, nn.Conv2d) and isinstance(bn, nn.BatchNorm2d):
                    module._modules[conv_name] = nn.utils.fusion.fuse_conv_bn_eval(conv, bn)
                    module._modules[bn_name] = nn.Identity()
    return net


def count_macs(net, height, width):
    """Multiply-accumulates of the convolutions for one frame."""
    total = 0

    def hook(conv, _, out):
        nonlocal total
        total += out.shape[2] * out.shape[3] * conv.weight.numel()

    hooks = [m.register_forward_hook(hook) for m in net.modules() if isinstance(m, nn.Conv2d)]
    with torch.no_grad():
        net(torch.zeros(1, 3, height, width))
    for h in hooks:
        h.remove()
    return total
