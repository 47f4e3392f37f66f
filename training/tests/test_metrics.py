"""Figures of mattes whose faults are known."""

import numpy as np
import pytest

from portoon_training.metrics import has_blob, has_hole, iou, summary


def rectangle(top, bottom, left, right):
    mask = np.zeros((100, 100), np.float32)
    mask[top:bottom, left:right] = 1
    return mask


PERSON = rectangle(20, 80, 30, 70)


def test_iou_is_one_for_the_mask_itself_and_zero_beside_it():
    assert iou(PERSON, PERSON) == 1
    assert iou(rectangle(0, 10, 0, 10), PERSON) == 0


def test_iou_of_two_that_overlap_by_half_is_a_third():
    assert iou(rectangle(50, 110, 30, 70), rectangle(20, 80, 30, 70)) == pytest.approx(30 / 80)
    assert iou(rectangle(0, 20, 0, 10), rectangle(10, 30, 0, 10)) == pytest.approx(1 / 3)


def test_iou_of_an_empty_room_seen_as_empty_is_one():
    nobody = np.zeros_like(PERSON)
    assert iou(nobody, nobody) == 1


def test_only_what_is_over_a_half_counts_as_person():
    assert iou(0.51 * PERSON, PERSON) == 1
    assert iou(0.5 * PERSON, PERSON) == 0


def test_a_blob_is_a_region_that_touches_no_person_and_is_over_a_five_hundredth_of_the_frame():
    assert not has_blob(PERSON, PERSON)
    assert has_blob(np.maximum(PERSON, rectangle(0, 5, 0, 5)), PERSON)
    assert not has_blob(np.maximum(PERSON, rectangle(0, 5, 0, 4)), PERSON)
    assert not has_blob(np.maximum(PERSON, rectangle(15, 20, 30, 70)), PERSON)


def test_a_hole_is_a_gap_in_the_person_that_the_border_does_not_reach():
    assert not has_hole(PERSON, PERSON)
    assert has_hole(PERSON - rectangle(40, 50, 40, 50), PERSON)
    assert not has_hole(PERSON - rectangle(40, 42, 40, 45), PERSON)
    assert not has_hole(PERSON - rectangle(40, 50, 40, 70), PERSON)


def test_the_summary_counts_pictures_by_their_faults():
    pairs = (
        (PERSON, PERSON),
        (np.maximum(PERSON, rectangle(0, 10, 0, 10)), PERSON),
        (PERSON - rectangle(40, 60, 40, 60), PERSON),
    )
    figures = summary(pair for pair in pairs)
    assert figures == {
        "pictures": 3,
        "iou": pytest.approx((1 + 2400 / 2500 + 2000 / 2400) / 3),
        "under_0.9": 1,
        "blobs": 1,
        "holes": 1,
    }
