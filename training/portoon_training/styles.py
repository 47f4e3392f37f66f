"""The styles: who teaches each, and how its net ends."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass

from torch import nn

from .nets import FineStyleNet, Strokes, StyleNet, Swirls, ToneSteps


@dataclass(frozen=True)
class Style:
    title: str
    teacher: str  # "module:function"
    levels: int | None = None  # tone steps, see ToneSteps
    colour: float = 1.0
    ink: float = 0.0  # weight of what the teacher draws darker than the frame
    edge: float = 1.0  # weight of the gradients' loss
    critic: float = 0.04  # weight of the critic's verdict
    steady: float = 1.0  # weight of the difference between two windows on the same
    hand: type[nn.Module] | None = None  # what the net is given to paint with
    # How much lighter what is given makes a place before training, if it is drawn over the picture.
    marks: tuple[float, ...] | None = None

    def tones(self):
        return ToneSteps(self.levels, self.colour) if self.levels else None

    def net(self, grade):
        return GRADES[grade](hand=self.hand, marks=self.marks)


STYLES = {
    "toon": Style("Toon", "toon_teacher:toon", levels=6, colour=1.35, ink=16, edge=1.5),
    "comic": Style(
        "Comic", "comic_teacher:comic", levels=7, colour=1.3, ink=10, edge=1.5, steady=3.0
    ),
    "pencil": Style("Pencil", "pencil_teacher:pencil", ink=4, edge=1.5, critic=0.06, hand=Strokes),
    "watercolour": Style(
        "Watercolour",
        "watercolour_teacher:watercolour",
        ink=4,
        critic=0.06,
        hand=Strokes,
        marks=(0.08, 0.09, -0.12),
    ),
    "udnie": Style("Udnie", "planes_teacher:planes", levels=4, edge=0.8),
    "great-wave": Style("Great Wave", "great_wave_teacher:great_wave", levels=6, ink=4),
    "scream": Style("Scream", "scream_teacher:scream", ink=4, critic=0.03, hand=Swirls),
    "forms": Style(
        "Forms", "forms_teacher:forms", ink=8, edge=1.5, critic=0.06, steady=3.0, hand=Swirls
    ),
}

GRADES = {"live": StyleNet, "fine": FineStyleNet}


def procedural_teacher(style: Style) -> Callable:
    module, function = style.teacher.split(":")
    return getattr(importlib.import_module(f"{__package__}.{module}"), function)
