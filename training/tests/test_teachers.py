"""The procedural teachers, on a made-up sitter before a plain wall."""

import numpy as np
import pytest

pytest.importorskip("torch", reason="the teachers share the nets' strokes and need PyTorch")

from portoon_training.abstraction import FACE, HAIR, Smoothing, prepared
from portoon_training.drawn_teacher import drawn, signed_distance
from portoon_training.nets import DrawnNet
from portoon_training.styles import STYLES, procedural_teacher

SIZE = (64, 96)


def sitter():
    """A face with hair, eyes and a mouth: RGB uint8, and its part labels at half the size."""
    y, x = np.mgrid[:192, :128]
    image = np.empty((192, 128, 3), np.uint8)
    image[:] = (90, 120, 140)
    parts = np.zeros((192, 128), np.uint8)
    for (cy, cx, height, width), colour, label in (
        ((80, 64, 60, 44), (60, 40, 30), HAIR),
        ((92, 64, 48, 34), (214, 168, 140), FACE),
        ((84, 50, 4, 6), (50, 30, 30), FACE),
        ((84, 78, 4, 6), (50, 30, 30), FACE),
        ((118, 64, 4, 12), (150, 60, 60), FACE),
    ):
        inside = ((y - cy) / height) ** 2 + ((x - cx) / width) ** 2 < 1
        image[inside], parts[inside] = colour, label
    return image, np.ascontiguousarray(parts[::2, ::2])


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
@pytest.mark.parametrize("labelled", [True, False], ids=["labelled", "unlabelled"])
def test_a_teacher_draws_the_picture_at_the_size_asked(style, labelled):
    image, parts = sitter()
    before = image.copy()
    drawn = procedural_teacher(style)(image, parts if labelled else None, SIZE)
    assert drawn.dtype == np.uint8
    assert drawn.shape == (*SIZE[::-1], 3)
    assert (image == before).all()
    # The person differs from the wall, and the picture from the frame.
    nose, wall = (drawn[place].mean((0, 1)) for place in (np.s_[46:54, 28:36], np.s_[:12, :12]))
    assert np.abs(nose - wall).max() > 8
    assert np.abs(drawn.astype(int) - image[1::2, 1::2]).mean() > 3


def test_the_drawn_teacher_inks_features_and_outlines_and_leaves_the_wall():
    image, parts = sitter()
    large = np.repeat(np.repeat(parts, 2, 0), 2, 1)
    alpha = np.where(large > 0, 255, 0).astype(np.uint8)
    tone, distance, face = drawn(image, large, alpha, SIZE)
    assert tone.shape == (*SIZE[::-1], 3)
    assert 0 <= tone.min() <= tone.max() <= 1
    assert np.abs(distance).max() <= DrawnNet.REACH
    eye, cheek, wall = distance[42, 25], distance[52, 22], distance[:8, :8]
    assert eye < 0 < cheek
    assert wall.min() == DrawnNet.REACH
    top_of_hair = distance[6:16, 32]
    assert top_of_hair.min() < 0
    # Skin keeps its own colour.
    assert np.abs(tone[52, 22] * 255 - image[104, 44]).max() < 25


def test_features_of_a_face_in_dull_light_are_inked_too():
    image, parts = sitter()
    large = np.repeat(np.repeat(parts, 2, 0), 2, 1)
    alpha = np.where(large > 0, 255, 0).astype(np.uint8)
    dull = (image * 0.15 + 110).astype(np.uint8)
    _, distance, face = drawn(dull, large, alpha, SIZE)
    assert distance[42, 25] < 0 < distance[52, 22]
    assert face[42, 25] > 0.9 and face[:8, :8].max() < 0.1
    # The lines come from the picture, the tone from the picture in other light.
    tone, again, _ = drawn(image, large, alpha, SIZE, toned=dull)
    assert again[42, 25] < 0
    assert np.abs(tone[52, 22] * 255 - dull[104, 44]).max() < 25


def test_a_person_without_labels_is_drawn_too():
    image, _ = sitter()
    _, distance, _ = drawn(image, None, None, SIZE)
    assert distance.min() < 0 < distance[:8, :8].min()


def test_a_signed_distance_is_the_way_to_the_border():
    inside = np.zeros((9, 9), bool)
    inside[3:6] = True
    assert signed_distance(inside)[:, 4].tolist() == [
        2.5,
        1.5,
        0.5,
        -0.5,
        -1.5,
        -0.5,
        0.5,
        1.5,
        2.5,
    ]


def test_the_flat_picture_keeps_edges_and_loses_grain():
    image, parts = sitter()
    grain = np.random.default_rng(0).normal(0, 6, image.shape)
    noisy = np.clip(image + grain, 0, 255).astype(np.uint8)
    picture = prepared(noisy, parts, SIZE, Smoothing(10, 1.2), Smoothing(12, 2.2, 3))
    wall = np.s_[:24, :24, 0]
    assert picture.flat[wall].std() < picture.gentle[wall].std() < picture.lab[wall].std()
    face, hair = picture.flat[100, 64, 0], picture.flat[30, 64, 0]
    assert face - hair > 25


def test_a_sitter_without_labels_is_guessed_unless_taken_as_it_is():
    image, _ = sitter()
    smoothings = Smoothing(10, 1.2), Smoothing(12, 2.2, 3)
    guessed = prepared(image, None, SIZE, *smoothings)
    assert guessed.skin[100, 64] > 0.3 > 0.1 > guessed.skin[10, 10]
    assert not prepared(image, None, SIZE, *smoothings, as_it_is=True).skin.any()


def test_eyes_and_mouth_are_features_and_the_cheek_is_not():
    image, parts = sitter()
    picture = prepared(image, parts, SIZE, Smoothing(10, 1.2), Smoothing(12, 2.2, 3))
    feature = picture.likeness(picture.flat).feature
    assert feature[84, 50] > 0.8
    assert feature[84, 78] > 0.8
    assert feature[104, 45] < 0.1
