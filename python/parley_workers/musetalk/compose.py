"""A drawn face into the patch that lies over its base picture: scaled to its box, laid over by its mask, cut out. This
is the rule, in numpy and OpenCV; painter.py has it for many pictures at once on a GPU, and a test holds the two
together.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np


@dataclass(frozen=True)
class Spot:
    """Where on its base picture a face is drawn. `box` and `place`: left, top, right, bottom."""

    box: tuple[int, int, int, int]
    place: tuple[int, int, int, int]


def compose(base: np.ndarray, drawn: np.ndarray, mask: np.ndarray, spot: Spot, motion: float) -> np.ndarray:
    """The patch, RGB. `base` is the part of the base picture under the patch, `drawn` the model's 256 x 256."""
    seen = sampled(drawn, spot)
    alpha = sampled(mask, spot)[..., None].astype(np.float32) * (motion / 255)
    inside = _inside(spot)
    alpha[~inside] = 0
    mixed = base.astype(np.float32) + (seen.astype(np.float32) - base.astype(np.float32)) * alpha
    return np.clip(np.rint(mixed), 0, 255).astype(np.uint8)


def sampled(square: np.ndarray, spot: Spot) -> np.ndarray:
    """What of a picture over the whole box lies on each pixel of the patch; beyond the box its rim goes on."""
    x, y = _grid(spot)
    return cv2.remap(
        square, x * square.shape[1] - 0.5, y * square.shape[0] - 0.5, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )


def _grid(spot: Spot) -> tuple[np.ndarray, np.ndarray]:
    """For each pixel of the patch its place in the box, from 0 to 1."""
    left, top, right, bottom = spot.box
    x0, y0, x1, y1 = spot.place
    x = (np.arange(x0, x1, dtype=np.float32) + 0.5 - left) / (right - left)
    y = (np.arange(y0, y1, dtype=np.float32) + 0.5 - top) / (bottom - top)
    across, down = np.meshgrid(x, y)
    return across.astype(np.float32), down.astype(np.float32)


def _inside(spot: Spot) -> np.ndarray:
    x, y = _grid(spot)
    return (x >= 0) & (x <= 1) & (y >= 0) & (y <= 1)
