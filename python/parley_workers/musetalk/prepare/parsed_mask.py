"""The mask from what a face parser saw, by the public reference's rule: skin, pushed outwards and drawn in at the cheeks,
without the nose, with mouth and lips.
"""

from __future__ import annotations

import cv2
import numpy as np

from ..face_file import MASK_PIXELS
from ..spec import CROP_FACTOR
from .crop import Box
from .mask import finished

# The side of what is parsed: all lengths below are in these pixels, across a square of 1.5 times the box.
PARSED_PIXELS = 512
SKIN, NOSE = 1, 10
# The mouth's inside, upper lip, lower lip.
MOUTH = (11, 12, 13)
# The skin grows by these on all sides, but downwards as a wedge that ends in a point; that pushes the chin down.
GROWS_UP, GROWS_ASIDE, GROWS_DOWN = 16, 10, 6
# At the side of the face lies hair: beyond so many from the middle, the cheeks are drawn in from their edge, twice by
# half of this width.
KEPT, CHEEK_WIDTH, CHEEK_HEIGHT = 90, 35, 3
# Of the lower half of the box. A jaw covers about half of that; where so little was found, it is not the jaw.
LEAST_JAW = 0.2


def parsed_square(picture: np.ndarray, box: Box) -> np.ndarray:
    """What the parser sees of a BGR picture: RGB, around the box; black where the picture has ended."""
    left, top, side = _square(box)
    x, y = max(0, left), max(0, top)
    inside = picture[y : top + side, x : left + side, ::-1]
    square = np.zeros((side, side, 3), np.uint8)
    square[y - top : y - top + inside.shape[0], x - left : x - left + inside.shape[1]] = inside
    return square


def parsed_mask(classes: np.ndarray, box: Box) -> np.ndarray | None:
    """The parts of the square around `box`, uint8 [512, 512] -> uint8 [128, 128]; None where there is no jaw."""
    left, top, side = _square(box)
    scale = PARSED_PIXELS / side
    columns = slice(round((box.left - left) * scale), round((box.right - left) * scale))
    rows = slice(round((box.top - top) * scale), round((box.bottom - top) * scale))
    shown = cv2.resize(_shown(classes)[rows, columns], (MASK_PIXELS, MASK_PIXELS), interpolation=cv2.INTER_AREA)
    if shown[MASK_PIXELS // 2 :].mean() < 255 * LEAST_JAW:
        return None
    return finished(shown, box)


def _square(box: Box) -> tuple[int, int, int]:
    """Left, top and side. In whole pixels, as the reference rounds them."""
    half = int(max(box.width, box.height) // 2 * CROP_FACTOR)
    return (box.left + box.right) // 2 - half, (box.top + box.bottom) // 2 - half, 2 * half


def _shown(classes: np.ndarray) -> np.ndarray:
    skin = np.where(classes == SKIN, 255, 0).astype(np.uint8)
    grown = cv2.dilate(skin, _growth())
    cheeks = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (CHEEK_WIDTH, CHEEK_HEIGHT))
    shown = cv2.erode(grown, cheeks, iterations=2)
    kept = slice(PARSED_PIXELS // 2 - KEPT + 1, PARSED_PIXELS // 2 + KEPT)
    shown[:, kept] = grown[:, kept]
    shown[classes == NOSE] = 0
    shown[np.isin(classes, MOUTH)] = 255
    return shown


def _growth() -> np.ndarray:
    """A dilation takes the largest of what the kernel covers, so a kernel that reaches up makes things grow down."""
    away = np.arange(-GROWS_UP, GROWS_UP + 1)
    half = np.clip(away + GROWS_DOWN, -1, GROWS_ASIDE)
    return (np.abs(away)[None, :] <= half[:, None]).astype(np.uint8)
