"""The paintings' teacher: one large feed-forward net for all of them, told which by conditional instance norm.

After Johnson et al. 2016 (arXiv:1603.08155) and Dumoulin et al. 2017 (arXiv:1610.07629).
"""

import torch
import torch.nn.functional as F
from torch import nn

from data import DATA, read, to_tensor_layout
import cv2

PAINTINGS = {"udnie": "udnie", "great-wave": "great_wave", "scream": "the_scream", "forms": "contrast_of_forms"}


def load_painting(name, short_side):
    """The painting as a tensor [1,3,H,W], RGB 0..1."""
    painting = read(DATA / "styles" / f"{PAINTINGS[name]}.jpg")
    shrink = short_side / min(painting.shape[:2])
    painting = cv2.resize(painting, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    return torch.from_numpy(to_tensor_layout([painting]))


class ConditionalNorm(nn.Module):
    """Instance normalisation whose scale and shift belong to the painting."""

    def __init__(self, channels):
        super().__init__()
        self.scale = nn.Embedding(len(PAINTINGS), channels)
        self.shift = nn.Embedding(len(PAINTINGS), channels)
        nn.init.ones_(self.scale.weight)
        nn.init.zeros_(self.shift.weight)

    def forward(self, x, which):
        x = F.instance_norm(x)
        return x * self.scale(which)[..., None, None] + self.shift(which)[..., None, None]


class Layer(nn.Module):
    def __init__(self, cin, cout, kernel=3, stride=1):
        super().__init__()
        self.pad = nn.ReflectionPad2d(kernel // 2)
        self.conv = nn.Conv2d(cin, cout, kernel, stride, bias=False)
        self.norm = ConditionalNorm(cout)

    def forward(self, x, which):
        return self.norm(self.conv(self.pad(x)), which)


class Residual(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.first = Layer(channels, channels)
        self.second = Layer(channels, channels)

    def forward(self, x, which):
        return x + self.second(torch.relu(self.first(x, which)), which)


class Painter(nn.Module):
    """[N,3,H,W] RGB 0..1 (sides multiples of 4) and the index of a painting for each, to the same shape."""

    def __init__(self, width=72, half_width=32, depth=5):
        super().__init__()
        self.stem = Layer(3, half_width, 5, 2)
        self.down = Layer(half_width, width, 3, 2)
        self.body = nn.ModuleList(Residual(width) for _ in range(depth))
        self.up = Layer(width, half_width)
        self.head = nn.Conv2d(half_width, 12, 5)
        self.pad = nn.ReflectionPad2d(2)

    def forward(self, frame, which):
        x = torch.relu(self.down(torch.relu(self.stem(frame * 2 - 1, which)), which))
        for block in self.body:
            x = block(x, which)
        x = F.interpolate(x, scale_factor=2.0, mode="nearest")
        x = torch.relu(self.up(x, which))
        return torch.sigmoid(F.pixel_shuffle(self.head(self.pad(x)), 2).float() * 2)


class PaintedTeacher:
    """The teacher of one painting, called as the procedural ones are."""

    def __init__(self, run, name):
        self.net = Painter().eval()
        self.net.load_state_dict(torch.load(run / "checkpoint.pt", weights_only=True)["average"])
        self.which = torch.tensor([list(PAINTINGS).index(name)])

    @torch.no_grad()
    def __call__(self, image, parts, size):
        """Paints at a multiple of 4 and fits the result to `size`; parts are not needed."""
        width, height = (max(64, round(side / 4) * 4) for side in size)
        frame = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
        with torch.autocast("cpu", torch.bfloat16):
            painted = self.net(torch.from_numpy(to_tensor_layout([frame])), self.which)
        painted = (painted[0].numpy().transpose(1, 2, 0) * 255).round().astype("uint8")
        return cv2.resize(painted, size, interpolation=cv2.INTER_AREA)
