"""Cuts the person out of the portrait: person.png, colour and alpha, for the demo clip.

    pip install numpy scipy opencv-python-headless scikit-image
    python scripts/demo/cut_out.py

The outline is drawn by hand; in a band along it the alpha is solved by closed-form matting (Levin et al. 2008) and the
colours are cleared of the old background by multi-level foreground estimation (Germer et al. 2020).
"""

from pathlib import Path

import cv2
import numpy as np
from scipy.sparse import coo_matrix, diags
from scipy.sparse.linalg import spsolve
from skimage import data

# Below this row a helmet is held before the person; what is shown ends here.
HEIGHT = 372

# Clockwise from the left sleeve, in pixels of the portrait.
OUTLINE = np.array(
    [
        (24, 372), (25, 360), (26, 345), (28, 340), (31, 333), (31, 328), (33, 320), (37, 310), (40, 300), (41.5, 290),
        (45, 280), (49, 270), (54, 260), (60, 250), (64, 245), (70, 240), (76, 235), (84, 230), (92, 225), (98, 221),
        (104, 215), (109, 210), (112, 206), (113, 203), (113, 198), (114, 193), (112.5, 189), (113, 186), (117, 184.5),
        (120, 185), (121.5, 181), (123, 175), (126, 170), (130, 164), (134, 160), (140, 155), (150, 151), (160, 149),
        (175, 148), (184, 149), (183, 140), (182.5, 132), (179, 132), (175, 130), (172, 125), (170, 120), (168, 117),
        (165, 115), (158, 108), (155, 100), (154, 88), (153, 80), (153, 70), (155, 60), (162, 52), (172, 44), (186, 38),
        (190, 33), (195, 28), (205, 22), (215, 20), (225, 16), (232, 15.5), (240, 17), (252, 21), (265, 27), (276, 32),
        (285, 38), (291, 48), (296, 58), (299, 72), (301, 85), (300, 95), (296, 108), (288, 120), (281, 127),
        (278, 131), (273, 136), (269, 137), (267, 135), (266, 142), (262, 152), (258, 160), (256, 168), (254.5, 173.5),
        (262, 178), (275, 188), (283, 196), (290, 203), (298, 217), (303, 232), (304, 234.5), (310, 238), (320, 243),
        (330, 251), (336, 256), (340, 261), (344, 268), (347, 277), (348.5, 283.5), (352, 287), (354, 294), (356, 303),
        (357, 312), (358, 320), (360, 328), (363, 332), (360.5, 334), (361, 341), (362.5, 347), (364, 355), (367, 372),
    ]
)  # fmt: skip
# The helmet's edge over the sleeve; what lies below is filled with the sleeve's own cloth.
HELMET = np.array([(372, 343), (364, 348), (350, 353), (338, 359), (328, 366), (320, 372), (400, 372), (400, 343)])
BADGE = np.array([(278, 338), (327, 345), (330, 372), (270, 372)])
HAIR = np.array([(140, 0), (320, 0), (320, 128), (282, 136), (274, 124), (180, 118), (164, 122), (140, 100)])
# Wisps over the parting reach further out.
WISPS = np.array([(150, 70), (150, 30), (190, 8), (224, 8), (224, 26), (196, 44), (170, 60)])


def polygon(shape: tuple[int, int], points: np.ndarray) -> np.ndarray:
    """A filled polygon with pixel centres at whole numbers, drawn at sixteen times the precision."""
    canvas = np.zeros(shape, np.uint8)
    cv2.fillPoly(canvas, [np.round(points * 16).astype(np.int32)], 255, shift=4)
    return canvas > 0


def grown(mask: np.ndarray, radius: int) -> np.ndarray:
    size = 2 * radius + 1
    return cv2.dilate(mask.astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))) > 0


def trimap(shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Surely person, surely not; the rest is to be solved."""
    inside = polygon(shape, OUTLINE)
    outside = ~inside
    hair, wisps = polygon(shape, HAIR), polygon(shape, WISPS)
    sure = ~grown(outside, 3) & ~(grown(outside, 6) & hair)
    never = ~grown(inside, 3) & ~(grown(inside, 7) & hair) & ~(grown(inside, 12) & wisps)
    # The last rows are cut by the frame, not by the person's outline.
    sure[-4:] |= ~grown(outside, 3)[-4:]
    return sure, never


def solve_alpha(image: np.ndarray, sure: np.ndarray, never: np.ndarray, eps: float = 1e-5) -> np.ndarray:
    height, width, _ = image.shape
    index = np.arange(height * width).reshape(height, width)
    windows = np.lib.stride_tricks.sliding_window_view(index, (3, 3)).reshape(-1, 9)
    unknown = (~(sure | never)).ravel()
    windows = windows[unknown[windows].any(axis=1)]
    colours = image.reshape(-1, 3)[windows]
    centred = colours - colours.mean(axis=1, keepdims=True)
    covariance = np.einsum("wni,wnj->wij", centred, centred) / 9 + eps / 9 * np.eye(3)
    affinity = (1 + np.einsum("wni,wij,wmj->wnm", centred, np.linalg.inv(covariance), centred)) / 9
    rows = np.repeat(windows, 9, axis=1).ravel()
    columns = np.tile(windows, (1, 9)).ravel()
    n = height * width
    weights = coo_matrix((affinity.ravel(), (rows, columns)), (n, n)).tocsr()
    laplacian = diags(np.asarray(weights.sum(axis=1)).ravel()) - weights
    known = (sure | never).ravel().astype(float) * 100
    # Pixels away from the band belong to no window.
    alpha = spsolve((laplacian + diags(known + 1e-9)).tocsc(), known * sure.ravel())
    return np.clip(alpha.reshape(height, width), 0, 1)


def clear_colour(image: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """The person's own colour, where it is mixed with what stood behind."""
    height, width, _ = image.shape
    front = back = np.zeros((1, 1, 3)) + image.mean(axis=(0, 1))
    levels = int(np.ceil(np.log2(max(height, width))))
    for level in range(levels + 1):
        size = (
            max(1, round(width ** (level / levels))),
            max(1, round(height ** (level / levels))),
        )
        small, a = (cv2.resize(x, size, interpolation=cv2.INTER_AREA) for x in (image, alpha))
        front, back = (cv2.resize(x, size, interpolation=cv2.INTER_NEAREST).reshape(size[1], size[0], 3) for x in (front, back))
        small, a = small.reshape(size[1], size[0], 3), a.reshape(size[1], size[0])
        for _ in range(20 if max(size) <= 32 else 8):
            sums_f, sums_b, weights = np.zeros_like(front), np.zeros_like(back), np.zeros_like(a)
            for dy, dx in ((0, 1), (0, -1), (1, 0), (-1, 0)):
                neighbour = lambda x: np.roll(np.pad(x, [(1, 1), (1, 1)] + [(0, 0)] * (x.ndim - 2), mode="edge"), (dy, dx), (0, 1))[1:-1, 1:-1]
                weight = 1e-5 + np.abs(a - neighbour(a))
                sums_f += weight[..., None] * neighbour(front)
                sums_b += weight[..., None] * neighbour(back)
                weights += weight
            f, b = sums_f / weights[..., None], sums_b / weights[..., None]
            error = small - a[..., None] * f - (1 - a)[..., None] * b
            scale = (a**2 + (1 - a) ** 2 + weights)[..., None]
            front = np.clip(f + a[..., None] * error / scale, 0, 1)
            back = np.clip(b + (1 - a)[..., None] * error / scale, 0, 1)
    return front


def fill_helmet(image: np.ndarray) -> np.ndarray:
    """Carries the sleeve's cloth on below the helmet's edge."""
    shape = image.shape[:2]
    hidden = grown(polygon(shape, HELMET), 2)
    # From the sleeve only, not from the badge nor from what stands beside.
    unknown = hidden | grown(polygon(shape, BADGE), 2) | ~polygon(shape, OUTLINE)
    hidden[344:] |= ~polygon(shape, OUTLINE)[344:]
    corner = np.s_[320:, 300:]
    pixels = np.round(image[corner] * 255).astype(np.uint8)
    cloth = cv2.inpaint(pixels, unknown[corner].astype(np.uint8), 9, cv2.INPAINT_TELEA) / 255
    grain = np.random.default_rng(1).normal(0, 0.006, cloth.shape[:2])[..., None]
    filled = image.copy()
    filled[corner] = np.where(hidden[corner][..., None], np.clip(cloth + grain, 0, 1), image[corner])
    return filled


def main() -> None:
    image = data.astronaut()[:HEIGHT].astype(np.float64) / 255
    image = fill_helmet(image)
    sure, never = trimap(image.shape[:2])
    alpha = solve_alpha(image, sure, never)
    # There is nothing to solve where the cloth was filled in: the drawn outline is the edge.
    drawn = cv2.GaussianBlur(polygon(alpha.shape, OUTLINE).astype(np.float64), (0, 0), 0.8)
    alpha[344:, 340:] = drawn[344:, 340:]
    # Below a few per cent the solution is noise of the old background.
    alpha = np.clip((alpha - 0.04) / 0.92, 0, 1)
    colour = clear_colour(image, alpha)
    colour[alpha >= 1] = image[alpha >= 1]
    colour[alpha <= 0] = 0
    rgba = np.round(np.dstack([colour[..., ::-1], alpha]) * 255).astype(np.uint8)
    out = Path(__file__).with_name("person.png")
    cv2.imwrite(str(out), rgba, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    print(f"{out.name}: {out.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
