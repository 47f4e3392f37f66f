"""The drawn styles' teacher, on a made-up sitter before a plain wall."""

import cv2
import numpy as np
import pytest

pytest.importorskip("torch", reason="the teacher knows the net's reach and needs PyTorch")

from portoon_training.abstraction import FACE, HAIR, face_features
from portoon_training.drawn_teacher import drawn, signed_distance
from portoon_training.nets import DrawnNet

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
    distances = signed_distance(inside)[:, 4]
    assert distances.tolist() == [2.5, 1.5, 0.5, -0.5, -1.5, -0.5, 0.5, 1.5, 2.5]


def test_eyes_and_mouth_are_features_and_the_cheek_is_not():
    image, parts = sitter()
    light = cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[..., 0]
    face = np.repeat(np.repeat(parts == FACE, 2, 0), 2, 1).astype(np.float32)
    feature, around, _ = face_features(light, light, face)
    assert min(feature[84, 50], feature[84, 78]) > 0.8
    assert feature[118, 64] > 0.6
    assert feature[104, 45] < 0.1
    assert light[84, 50] < around[84, 50] < light[104, 45]
