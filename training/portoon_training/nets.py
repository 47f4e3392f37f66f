"""The nets of Portoon: a matte net and the net of all styles, small enough for one thread of
WebAssembly.
"""

from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn


def conv_bn(cin, cout, kernel=1, stride=1, dilation=1, groups=1, relu=True):
    """Convolution with explicit zero padding and batch normalisation, folded into it on export."""
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


def full_precision(x):
    """Training runs in bfloat16, which is too coarse for a soft edge."""
    return x if x.dtype == torch.float32 else x.float()


class Fire(nn.Module):
    """Squeeze to few channels, expand by 1x1 and 3x3 kernels (SqueezeNet, arXiv:1602.07360)."""

    def __init__(self, cin, squeeze, one, three):
        super().__init__()
        self.squeeze = nn.Conv2d(cin, squeeze, 1)
        self.one = nn.Conv2d(squeeze, one, 1)
        self.three = nn.Conv2d(squeeze, three, 3, padding=1)

    def forward(self, x):
        x = torch.relu(self.squeeze(x))
        return torch.relu(torch.cat([self.one(x), self.three(x)], 1))


class ContextGate(nn.Module):
    """Scales each channel by a mean over the whole picture, so that a blotch far from the person
    can be recognised as one.
    """

    def __init__(self, channels):
        super().__init__()
        self.fc = nn.Conv2d(channels, channels, 1)

    def forward(self, x):
        return x * torch.sigmoid(self.fc(F.adaptive_avg_pool2d(x, 1)))


class Around(nn.Module):
    """Inverted residual block (Sandler et al. 2018, arXiv:1801.04381) with a wide kernel: what
    stands far off tells what this is.

    It changes nothing before training, so that a trained net may be given more of them.
    """

    def __init__(self, channels, wide):
        super().__init__()
        self.body = nn.Sequential(
            conv_bn(channels, wide),
            conv_bn(wide, wide, 5, groups=wide),
            conv_bn(wide, channels, relu=False),
        )
        nn.init.zeros_(self.body[2][1].weight)

    def forward(self, x):
        return x + self.body(x)


class Fuse(nn.Module):
    """One decoder step: coarse features, upsampled, meet the encoder's finer ones."""

    def __init__(self, coarse, lateral, cout, kernel=3):
        super().__init__()
        self.coarse = conv_bn(coarse, cout, relu=False)
        self.lateral = conv_bn(lateral, cout, relu=False)
        self.mix = nn.Sequential(conv_bn(cout, cout, kernel, groups=cout), conv_bn(cout, cout))

    def forward(self, coarse, lateral):
        return self.mix(torch.relu(upsample(self.coarse(coarse)) + self.lateral(lateral)))


def reconstruct(seed, mask, steps):
    """Greyscale morphological reconstruction (Vincent 1993): `seed` grows by a cell in each step,
    but never above `mask`.
    """
    for _ in range(steps):
        grown = F.max_pool2d(seed, 3, 1, 1)
        # Their minimum, in operators that every execution provider has.
        seed = grown - torch.relu(grown - mask)
    return seed


class Whole(nn.Module):
    """Makes the matte one whole person: removes what is not connected to a person that is surely
    seen, and fills unsure gaps that are not connected to the frame's border. Sure gaps, as between
    arm and body, stay. Nothing here is learnt; both are reconstructions on a grid of CELL pixels.
    """

    CELL = 8
    STEPS = 24
    SURE = 0.75  # from this share of the surest place's alpha on, somebody counts as seen
    UNSURE = 0.25  # from this alpha on, a gap is filled up to the alpha of its surroundings
    EPSILON = 0.02

    def __init__(self):
        super().__init__()
        self.register_buffer("first", torch.tensor([1.0, 0.0]).view(1, 2, 1, 1))
        self.register_buffer("second", torch.tensor([0.0, 1.0]).view(1, 2, 1, 1))

    def forward(self, matte):
        most, least = F.max_pool2d(matte, self.CELL), 1 - F.max_pool2d(1 - matte, self.CELL)
        core = F.avg_pool2d(F.avg_pool2d(matte, self.CELL), 3, 1, 1, count_include_pad=False)
        somebody = (10 * (core - self.SURE * F.adaptive_max_pool2d(core, 1))).clamp(0, 1)
        room = 1 - least
        border = (3 - 3 * F.avg_pool2d(room * 0 + 1, 3, 1, 1)).clamp(0, 1)
        both = torch.cat([most, room], 1)
        joined = reconstruct(both * torch.cat([somebody, border], 1), both, self.STEPS)
        # A slice would need int64, which not every backend has.
        with_somebody, with_border = (
            F.conv2d(joined, weight) for weight in (self.first, self.second)
        )
        share = (with_somebody + self.EPSILON) / (most + self.EPSILON)
        keep, gap = (self.enlarge(x) for x in (share * share, room - with_border))
        kept = matte * keep
        missing = gap - torch.relu(gap - (1 - kept))
        return kept + missing * (matte / self.UNSURE).clamp(0, 1)

    def enlarge(self, cells):
        return F.interpolate(
            cells, scale_factor=float(self.CELL), mode="bilinear", align_corners=False
        )


class MatteNet(nn.Module):
    """SqueezeNet's ImageNet encoder on the halved frame, to 1/32; a decoder to 1/2; depth-to-space
    to full size.

    The encoder's 7x7 stem is factored through `STEM` channels (SVD), and the fourth fire module
    keeps only the 3x3 kernels that matter most; the eighth works at 1/32, for the person as a
    whole. A thin stem of its own sees the full frame, for the outline.

    The previous matte (`prior`, all zeros for none) enters coarsely, as a hint of where the person
    is, and at the end: the net gives an estimate and says for each pixel how far it trusts the
    prior instead. That is what it remembers; what it answers, once trained, is `whole` of it.
    """

    PARTS = 6
    FEATURES = 384  # channels of the encoder's last features, at 1/16
    STEM = 20
    FIRE4 = 56  # of 128 3x3 kernels
    MOST_TRUST = 0.5  # in the prior: a moving person may leave a trace for two frames, not ten

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, self.STEM, 7, stride=2, padding=3, bias=False)
        self.conv1 = nn.Conv2d(self.STEM, 96, 1)
        self.fire2 = Fire(96, 16, 64, 64)
        self.fire3 = Fire(128, 16, 64, 64)
        self.fire4 = Fire(128, 32, 128, self.FIRE4)
        self.fire5 = Fire(128 + self.FIRE4, 32, 128, 128)
        self.fire6 = Fire(256, 48, 192, 192)
        self.fire7 = Fire(384, 48, 192, 192)
        self.fire8 = Fire(384, 64, 256, 256)
        self.near = conv_bn(384, 64, relu=False)
        self.far = conv_bn(512, 64, relu=False)
        self.scene = nn.Sequential(conv_bn(512, 128), *[Around(128, 384) for _ in range(5)])
        self.scene_far = nn.Conv2d(128, 64, 1, bias=False)
        # It was added to a trained net, whose answers it must not change at first.
        nn.init.zeros_(self.scene_far.weight)
        self.around32 = nn.Sequential(*[Around(64, 192) for _ in range(6)])
        self.around16 = nn.Sequential(*[Around(64, 128) for _ in range(6)])
        self.around8 = nn.Sequential(*[Around(48, 96) for _ in range(2)])
        self.deep = nn.Sequential(conv_bn(64, 64, 5, groups=64), ContextGate(64), conv_bn(64, 64))
        self.fine = conv_bn(3, 12, 3, stride=2)
        self.fuse8 = Fuse(64, 128 + self.FIRE4, 48, 5)
        self.fuse4 = Fuse(48, self.STEM, 24, 5)
        self.fuse2 = Fuse(24, 12, 12)
        self.head = nn.Conv2d(12, 4, 1)
        # Without a bias, so that an empty past has no influence.
        self.past16 = nn.Conv2d(1, 64, 1, bias=False)
        self.past4 = nn.Sequential(
            nn.Conv2d(1, 12, 3, padding=1, bias=False), nn.ReLU(), nn.Conv2d(12, 24, 1, bias=False)
        )
        nn.init.zeros_(self.past16.weight)
        nn.init.zeros_(self.past4[2].weight)
        self.gap = nn.Conv2d(1, 4, 4, stride=2, padding=1, bias=False)
        nn.init.constant_(self.gap.weight, 1 / 16)
        self.trust = nn.Sequential(nn.Conv2d(12 + 4, 8, 1), nn.ReLU(), nn.Conv2d(8, 4, 1))
        nn.init.constant_(self.trust[2].bias, -2.0)
        self.parts = nn.Conv2d(24, self.PARTS, 1)
        self.whole = Whole()
        self.register_buffer("mean", torch.tensor([123.0, 117.0, 104.0]).view(1, 3, 1, 1) / 255)

    def encoder(self):
        """The pretrained modules."""
        return [
            self.stem,
            self.conv1,
            self.fire2,
            self.fire3,
            self.fire4,
            self.fire5,
            self.fire6,
            self.fire7,
            self.fire8,
        ]

    def load_squeezenet(self, weights):
        """Reads SqueezeNet 1.0 (the Caffe release's names and layout; BGR 0..255 less the mean)."""

        def get(name):
            return torch.from_numpy(weights[name].astype(np.float32))

        kernel = get("conv1.weight").flip(1).reshape(96, -1) * 255
        u, s, v = torch.linalg.svd(kernel, full_matrices=False)
        root = s[: self.STEM].sqrt()
        self.stem.weight.data = (root[:, None] * v[: self.STEM]).reshape(self.STEM, 3, 7, 7)
        self.conv1.weight.data = (u[:, : self.STEM] * root)[..., None, None]
        self.conv1.bias.data = get("conv1.bias")
        for number in range(2, 9):
            fire = getattr(self, f"fire{number}")
            for mine, theirs in (
                ("squeeze", "squeeze1x1"),
                ("one", "expand1x1"),
                ("three", "expand3x3"),
            ):
                conv = getattr(fire, mine)
                conv.weight.data = get(f"fire{number}/{theirs}.weight")
                conv.bias.data = get(f"fire{number}/{theirs}.bias")
        onward = self.fire5.squeeze.weight.data[:, 128:].square().sum((0, 2, 3)).sqrt()
        keep = (
            (self.fire4.three.weight.data.square().sum((1, 2, 3)).sqrt() * onward)
            .topk(self.FIRE4)
            .indices.sort()
            .values
        )
        self.fire4.three.weight.data = self.fire4.three.weight.data[keep]
        self.fire4.three.bias.data = self.fire4.three.bias.data[keep]
        self.fire5.squeeze.weight.data = torch.cat(
            [
                self.fire5.squeeze.weight.data[:, :128],
                self.fire5.squeeze.weight.data[:, 128:][:, keep],
            ],
            1,
        )

    def forward(self, frame, prior):
        """Matte and the estimate it rests on [N,1,H,W], both 0..1, the parts' logits at 1/4, and
        the encoder's last features.
        """
        prior4 = F.avg_pool2d(prior, 4)
        x4 = self.stem(F.avg_pool2d(frame, 2) - self.mean)
        x8 = F.max_pool2d(torch.relu(self.conv1(x4)), 3, 2, 1)
        x8 = self.fire4(self.fire3(self.fire2(x8)))
        x16 = self.fire7(self.fire6(self.fire5(F.max_pool2d(x8, 3, 2, 1))))
        x32 = self.fire8(F.max_pool2d(x16, 3, 2, 1))
        far = self.far(x32) + self.scene_far(self.scene(x32))
        far = upsample(self.around32(far))
        if self.training:  # on sizes that are not multiples of 32 too
            far = far[..., : x16.shape[2], : x16.shape[3]]
        x = self.deep(torch.relu(self.around16(self.near(x16) + far)))
        x = self.around8(self.fuse8(x + self.past16(F.avg_pool2d(prior4, 4)), x8))
        x = self.fuse4(x, x4) + self.past4(prior4)
        parts = self.parts(x)
        x = self.fuse2(x, self.fine(frame - self.mean))
        estimate = torch.sigmoid(F.pixel_shuffle(full_precision(self.head(x)), 2))
        gap = estimate - prior
        trust = self.trust(torch.cat([x, self.gap(gap * gap)], 1))
        trust = self.MOST_TRUST * torch.sigmoid(F.pixel_shuffle(full_precision(trust), 2))
        return estimate + trust * (prior - estimate), estimate, parts, x16


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


class DenseBlock(nn.Module):
    """Dilated residual block of full kernels."""

    def __init__(self, channels, dilation):
        super().__init__()
        self.body = conv_bn(channels, channels, 3, dilation=dilation, relu=False)

    def forward(self, x):
        return torch.relu(x + self.body(x))


class DrawnNet(nn.Module):
    """What is drawn at the camera's resolution: plain tone, and the distance to the nearest line.

    It works at 1/4, with 3 kMAC per pixel. Enlarged, both lose little: tone has no detail, and a
    line is where a smooth field crosses nought, as in glyphs that are kept as distance fields
    (Green 2007, "Improved alpha-tested magnification for vector textures and special effects").
    """

    REACH = 2.5  # pixels, at which distances are clipped
    HALF_WIDTH = 20
    DILATIONS = (1, 2, 4, 8, 1, 2, 4)
    BLOCK = StyleBlock

    def __init__(self, width=48):
        super().__init__()
        half = self.HALF_WIDTH
        self.stem = conv_bn(3, half, 3, stride=2)
        self.down = conv_bn(half, width, 3, stride=2)
        self.body = nn.Sequential(*[self.BLOCK(width, d) for d in self.DILATIONS])
        self.up = conv_bn(width, 4 * half, relu=False)
        self.mix = self.mixer(half)
        self.head = nn.Conv2d(half, 12, 3, padding=1)
        self.ink = nn.Conv2d(half, 4, 3, padding=1)
        # Training starts from the frame's own tones, without ink.
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)
        nn.init.zeros_(self.ink.weight)
        nn.init.ones_(self.ink.bias)

    @staticmethod
    def mixer(channels):
        return nn.Sequential(
            conv_bn(channels, channels, 3, groups=channels, relu=False), conv_bn(channels, channels)
        )

    def forward(self, frame):
        """Tone [N,3,H,W], about 0..1, and distance [N,1,H,W], negative inside of lines."""
        x2 = self.stem(frame * 2 - 1)
        x = self.body(self.down(x2))
        x = torch.relu(F.pixel_shuffle(self.up(x), 2) + x2)
        x = x + self.mix(x)
        tone = upsample(F.avg_pool2d(frame, 2)) + F.pixel_shuffle(self.head(x), 2)
        inside = torch.sigmoid(2 * F.pixel_shuffle(self.ink(x), 2))
        return tone, self.REACH * (2 * inside - 1)


class FineDrawnNet(DrawnNet):
    """The same plan at 10 kMAC per pixel: full kernels in the place of separable ones."""

    HALF_WIDTH = 28
    DILATIONS = (1, 2, 4, 8, 1)
    BLOCK = DenseBlock

    @staticmethod
    def mixer(channels):
        return conv_bn(channels, channels, 3)


def fold_batch_norm(net):
    """Folds every Conv+BatchNorm pair in place; the net must be in eval mode."""
    for module in net.modules():
        if isinstance(module, nn.Sequential):
            layers = list(module._modules.items())
            for (conv_name, conv), (bn_name, bn) in pairwise(layers):
                if isinstance(conv, nn.Conv2d) and isinstance(bn, nn.BatchNorm2d):
                    module._modules[conv_name] = nn.utils.fusion.fuse_conv_bn_eval(conv, bn)
                    module._modules[bn_name] = nn.Identity()
    return net
