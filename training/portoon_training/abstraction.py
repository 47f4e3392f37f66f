"""Filters of the drawn styles' teacher: along and across the flow of edges, and where the features
of faces are.

After Kang's coherent lines and Winnemoeller's XDoG. Lengths are in working pixels.
"""

import cv2
import numpy as np

HAIR, BODY, FACE, CLOTHES = 1, 2, 3, 4
FEATURE_REACH = (4, 16)  # of what is around the features of a face, least and most


def blur(x, sigma):
    return cv2.GaussianBlur(x, (0, 0), sigma)


def smoothstep(x, low, high):
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def grid(shape):
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    return x, y


def sample(image, x, y):
    return cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)


def tangent_flow(lab, sigma):
    """Unit tangents of the smoothed structure tensor."""
    xx = yy = xy = 0
    for channel in cv2.split(lab):
        gx, gy = cv2.Scharr(channel, cv2.CV_32F, 1, 0), cv2.Scharr(channel, cv2.CV_32F, 0, 1)
        xx, yy, xy = xx + gx * gx, yy + gy * gy, xy + gx * gy
    xx, yy, xy = blur(xx, sigma), blur(yy, sigma), blur(xy, sigma)
    angle = 0.5 * np.arctan2(2 * xy, xx - yy)  # of the gradient
    return -np.sin(angle), np.cos(angle)


def along_flow(image, flow, length):
    """Line integral convolution: a Gaussian mean of `image` along the flow."""
    tx, ty = flow
    total = image.copy()
    weight = 1.0
    for direction in (1, -1):
        x, y = grid(image.shape)
        dx, dy = tx * direction, ty * direction
        for step in range(1, int(2 * length) + 1):
            x, y = x + dx, y + dy
            nx, ny = sample(tx, x, y), sample(ty, x, y)
            sign = np.where(nx * dx + ny * dy < 0, -1, 1).astype(np.float32)
            dx, dy = nx * sign, ny * sign
            w = float(np.exp(-0.5 * (step / length) ** 2))
            total = total + w * sample(image, x, y)
            weight += w
    return total / weight


def across_flow(light, flow, sigma, ratio=1.6, sharpness=0.98):
    """Difference of Gaussians taken across the flow."""
    tx, ty = flow
    x, y = grid(light.shape)
    fine = coarse = 0.0
    fine_weight = coarse_weight = 0.0
    reach = int(np.ceil(2.5 * sigma * ratio))
    for step in range(-reach, reach + 1):
        value = sample(light, x - ty * step, y + tx * step)
        a, b = (float(np.exp(-0.5 * (step / sd) ** 2)) for sd in (sigma, sigma * ratio))
        fine, coarse = fine + a * value, coarse + b * value
        fine_weight, coarse_weight = fine_weight + a, coarse_weight + b
    return fine / fine_weight - sharpness * coarse / coarse_weight


def face_mean(values, face, reach):
    return blur(values * face, reach) / (blur(face, reach) + 1e-3)


def face_features(light, flat_light, face):
    """Where eyes, brows, nostrils and lips are: small, and darker than the face around them.

    Also returns the face's own lightness there and the radius it was taken over, which follows the
    face's size.
    """
    reach = np.clip(0.05 * np.sqrt((face > 0.5).sum()), *FEATURE_REACH)
    around = face_mean(flat_light, face, reach)
    return face * smoothstep(around - light, 6, 18), around, reach
