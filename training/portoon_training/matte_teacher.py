"""The large matte net: ImageNet ResNet-50 to 1/16, a pyramid of context, a dense decoder to 1/2."""

import torch
import torch.nn.functional as F
from torch import nn

from .nets import conv_bn
from .resnet50 import ResNet50

# The first layers are general enough; training them would cost more than it gains.
FROZEN = (
    "conv1",
    "res2",
)


class PyramidContext(nn.Module):
    """Pooled views of the whole picture beside the features (PSPNet, arXiv:1612.01105)."""

    GRIDS = (1, 2, 4)

    def __init__(self, cin, cout):
        super().__init__()
        self.own = conv_bn(cin, cout)
        self.views = nn.ModuleList(nn.Conv2d(cout, cout // 4, 1) for _ in self.GRIDS)
        self.mix = conv_bn(cout + len(self.GRIDS) * (cout // 4), cout, 3)

    def forward(self, x):
        x = self.own(x)
        views = [
            F.interpolate(
                torch.relu(view(F.adaptive_avg_pool2d(x, grid))),
                x.shape[2:],
                mode="bilinear",
                align_corners=False,
            )
            for grid, view in zip(self.GRIDS, self.views, strict=True)
        ]
        return self.mix(torch.cat([x, *views], 1))


class MatteTeacher(nn.Module):
    """Returns matte logits at full size, parts logits at 1/4, and features of the whole picture at
    1/16.
    """

    FEATURES = 256

    def __init__(self):
        super().__init__()
        self.encoder = ResNet50()
        for name, conv in self.encoder.convs.items():
            conv.requires_grad_(not name.startswith(FROZEN))
        self.context = PyramidContext(1024, self.FEATURES)
        self.lateral8 = conv_bn(512, 128, relu=False)
        self.lateral4 = conv_bn(256, 64, relu=False)
        self.lateral2 = conv_bn(64, 32, relu=False)
        self.down8 = conv_bn(self.FEATURES, 128, relu=False)
        self.down4 = conv_bn(128, 64, relu=False)
        self.down2 = conv_bn(64, 32, relu=False)
        self.mix8 = conv_bn(128, 128, 3)
        self.mix4 = conv_bn(64, 64, 3)
        self.mix2 = conv_bn(32, 32, 3)
        self.head = nn.Conv2d(32, 4, 1)
        self.parts = nn.Conv2d(64, 6, 1)

    def forward(self, frame):
        features = self.encoder(frame)
        context = x = self.context(features["res4"])
        for side, layer in ((8, "res3"), (4, "res2"), (2, "conv1")):
            lateral = getattr(self, f"lateral{side}")(features[layer])
            coarse = F.interpolate(
                getattr(self, f"down{side}")(x),
                lateral.shape[2:],
                mode="bilinear",
                align_corners=False,
            )
            x = getattr(self, f"mix{side}")(torch.relu(coarse + lateral))
            if side == 4:
                parts = self.parts(x)
        return F.pixel_shuffle(self.head(x), 2), parts, context
