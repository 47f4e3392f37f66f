"""The styles: which teacher each painted style has, and which styles are drawn.

A painted style is a net of its own. The drawn styles share one net, whose fields the compositor
draws by the recipe (`draw`) of each style's entry in the manifest.
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass

from torch import nn

from .nets import DrawnNet, FineDrawnNet, FineStyleNet, StyleNet, Swirls, ToneSteps


@dataclass(frozen=True)
class Style:
    title: str
    teacher: str  # "module:function"
    levels: int | None = None  # tone steps, see ToneSteps
    ink: float = 0.0  # extra weight where the teacher draws darker than the frame
    edge: float = 1.0  # weight of the gradients' loss
    critic: float = 0.04  # weight of the critic's loss
    steady: float = 1.0  # weight of the difference between two windows on the same picture
    hand: type[nn.Module] | None = None  # module whose waves the net gets to paint with

    def tones(self):
        return ToneSteps(self.levels) if self.levels else None

    def net(self, grade):
        return GRADES[grade](hand=self.hand)


STYLES = {
    "udnie": Style("Udnie", "planes_teacher:planes", levels=4, edge=0.8),
    "great-wave": Style("Great Wave", "great_wave_teacher:great_wave", levels=6, ink=4),
    "scream": Style("Scream", "scream_teacher:scream", ink=4, critic=0.03, hand=Swirls),
    "forms": Style(
        "Forms", "forms_teacher:forms", ink=8, edge=1.5, critic=0.06, steady=3.0, hand=Swirls
    ),
}

# The drawn styles and their titles.
DRAWN = {
    "toon": "Toon",
    "comic": "Comic",
    "manga": "Manga",
    "pencil": "Pencil",
    "watercolour": "Watercolour",
}
DRAWN_GRADES = {"live": DrawnNet, "fine": FineDrawnNet}
GRADES = {"live": StyleNet, "fine": FineStyleNet}


def procedural_teacher(style: Style) -> Callable:
    module, function = style.teacher.split(":")
    return getattr(importlib.import_module(f"{__package__}.{module}"), function)
