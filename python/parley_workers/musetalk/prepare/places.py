"""Where the patch lies on each base picture: one size for all, on the grid of JPEG blocks, around all that is drawn."""

from __future__ import annotations

import cv2
import numpy as np

from ..face_file import GRID
from .crop import Box


def patch_places(
    boxes: list[Box], masks: list[np.ndarray], width: int, height: int
) -> tuple[tuple[int, int], np.ndarray]:
    """Width and height of all patches, and left and top of each: int32 [n, 2]."""
    around = np.array([_support(box, mask, width, height) for box, mask in zip(boxes, masks)])
    limits = np.array([width, height])
    # The outermost squares stay as they are, for what changes in a square changes all of it a little, its rim too.
    starts = np.maximum(0, around[:, :2] // GRID - 1) * GRID
    ends = (-(-around[:, 2:] // GRID) + 1) * GRID
    size = np.minimum((ends - starts).max(axis=0), limits)
    places = np.minimum(starts, limits - size)
    return (int(size[0]), int(size[1])), places.astype(np.int32)


def _support(box: Box, mask: np.ndarray, width: int, height: int) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of the picture's pixels where anything is drawn, inside the picture."""
    x, y, across, down = cv2.boundingRect(mask)
    wide, high = box.width / mask.shape[1], box.height / mask.shape[0]
    left, right = box.left + int(x * wide), box.left + int(np.ceil((x + across) * wide))
    top, bottom = box.top + int(y * high), box.top + int(np.ceil((y + down) * high))
    return max(0, left), max(0, top), min(width, right), min(height, bottom)
