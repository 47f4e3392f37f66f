"""Figures of a matte against the true mask, both full resolution."""

import cv2
import numpy as np

FAULT = 0.002  # a region or a hole counts from this share of the frame on


def iou(matte, mask):
    a, b = matte > 0.5, mask > 0.5
    union = np.logical_or(a, b).sum()
    return np.logical_and(a, b).sum() / union if union else 1.0


def largest_stray(stray):
    """Share of the frame that the largest connected region of a boolean map covers."""
    count, _, stats, _ = cv2.connectedComponentsWithStats(stray.astype(np.uint8), connectivity=4)
    return stats[1:, cv2.CC_STAT_AREA].max() / stray.size if count > 1 else 0.0


def has_blob(matte, mask):
    """A connected region of the matte that touches no true person."""
    _, labels = cv2.connectedComponents((matte > 0.5).astype(np.uint8), connectivity=4)
    true_labels = np.unique(labels[mask > 0.5])
    return largest_stray((labels > 0) & ~np.isin(labels, true_labels)) > FAULT


def has_hole(matte, mask):
    """A gap enclosed by the matte where the true person is."""
    _, labels = cv2.connectedComponents((matte <= 0.5).astype(np.uint8), connectivity=4)
    edge = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    enclosed = (labels > 0) & ~np.isin(labels, np.unique(edge))
    return largest_stray(enclosed & (mask > 0.5)) > FAULT


def summary(pairs):
    """Mean IoU, and how many are under 0.9, have a blob or a hole, over (matte, mask) pairs."""
    pairs = list(pairs)
    ious = [iou(matte, mask) for matte, mask in pairs]
    return {
        "pictures": len(ious),
        "iou": float(np.mean(ious)),
        "under_0.9": int(np.sum(np.array(ious) < 0.9)),
        "blobs": int(sum(has_blob(*p) for p in pairs)),
        "holes": int(sum(has_hole(*p) for p in pairs)),
    }
