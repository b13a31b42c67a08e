"""How much of the drawn face shows, over the model's box as 128 x 128: the jaw, the cheeks' inner part, mouth and chin,
without the nose, with a soft edge, and nothing on the rim, so that nobody sees where the drawn part ends.
"""

from __future__ import annotations

import cv2
import numpy as np

from ..face_file import MASK_PIXELS
from ..spec import CROP_FACTOR, FACE_PIXELS
from .crop import Box
from .landmarks import FaceNumbers, Points

# The reference parses the face at 512 pixels across a square of 1.5 times the box: what one pixel of that is in ours.
PARSED = CROP_FACTOR * MASK_PIXELS / 512
# Within 90 of those pixels from the middle the jaw is kept whole; outside, the cheeks are drawn in from their edge by
# two erosions of 17 pixels, since at the side of the face lies hair.
KEPT_PIXELS, CHEEK_PIXELS = round(90 * PARSED), round(2 * 17 * PARSED)
# The reference's dilation pushes the chin down, so that an opening jaw is not cut off.
CHIN_PIXELS = 4
# The blur's kernel against the square's width.
FEATHER = 0.10
# The blur reaches 12 rows above the middle at most, so nothing above this row of the model's picture ever shows.
MOST_FEATHER = 25
FIRST_SHOWN_ROW = FACE_PIXELS // 2 - MOST_FEATHER // 2 * FACE_PIXELS // MASK_PIXELS
# From the rim inwards, up to full strength.
RIM_PIXELS = 6
# Of the way from bridge to chin, where no outline of the nose is known: where it ends, and half its width.
NOSE_END, NOSE_HALF_WIDTH = 0.36, 0.15
# Finer than the mask's own pixels, for smooth outlines.
SHIFT = 4


def jaw_mask(face: FaceNumbers, box: Box) -> np.ndarray:
    """uint8 [128, 128]; the same for the same numbers."""
    grid = _Grid(box)
    skin = _jaw(face, grid) if len(face.contour) else _ellipse(face, grid)
    skin = _without_cheeks(skin, grid)
    skin = cv2.dilate(skin, np.ones((CHIN_PIXELS + 1, 1), np.uint8), anchor=(0, CHIN_PIXELS))
    cv2.fillPoly(skin, [grid.hull(_nose(face))], 0, shift=SHIFT)
    if len(face.mouth):
        cv2.fillPoly(skin, [grid.hull(face.mouth)], 255, shift=SHIFT)
    return finished(skin, box)


def finished(shown: np.ndarray, box: Box) -> np.ndarray:
    """From what is to show, over the box as uint8 [128, 128], to the mask: soft, and nothing of it on the rim."""
    below = shown.copy()
    # Above the middle the model was shown the face as it is: nothing of that has to be replaced.
    below[: MASK_PIXELS // 2] = 0
    soft = cv2.GaussianBlur(below, _Grid(box).feather(), 0, borderType=cv2.BORDER_CONSTANT)
    return np.rint(soft.astype(np.float32) * _rim()).astype(np.uint8)


class _Grid:
    """From pixels of the picture to those of the mask."""

    def __init__(self, box: Box) -> None:
        self._box = box
        self.scale = np.array([MASK_PIXELS / box.width, MASK_PIXELS / box.height], np.float32)

    def points(self, points: Points) -> Points:
        origin = np.array([self._box.left, self._box.top], np.float32)
        return (np.asarray(points, np.float32) - origin) * self.scale

    def hull(self, points: Points) -> np.ndarray:
        # fillPoly counts from the centres of pixels.
        shifted = (self.points(points) - 0.5) * (1 << SHIFT)
        return cv2.convexHull(np.clip(np.rint(shifted), -32000, 32000).astype(np.int32))

    def feather(self) -> tuple[int, int]:
        side = CROP_FACTOR * max(self._box.width, self._box.height)
        across, down = (max(1, round(FEATHER * side * scale / 2) * 2 + 1) for scale in self.scale.tolist())
        return min(across, MOST_FEATHER), min(down, MOST_FEATHER)


def _jaw(face: FaceNumbers, grid: _Grid) -> np.ndarray:
    """The hull of the jaw below the bridge of the nose."""
    contour = np.asarray(face.contour, np.float32)
    below = contour[contour[:, 1] >= face.bridge]
    ends = np.array([[face.left, face.bridge], [face.right, face.bridge]], np.float32)
    skin = np.zeros((MASK_PIXELS, MASK_PIXELS), np.uint8)
    cv2.fillPoly(skin, [grid.hull(np.concatenate([below, ends]))], 255, shift=SHIFT)
    return skin


def _ellipse(face: FaceNumbers, grid: _Grid) -> np.ndarray:
    """From four numbers: a lower face tapers to the chin like the lower half of an ellipse around the bridge."""
    turn = np.linspace(0, np.pi, 41, dtype=np.float32)
    middle, half, below = (face.left + face.right) / 2, face.width / 2, face.chin - face.bridge
    # Fuller than an ellipse, as jaws are.
    aside = np.sign(np.cos(turn)) * np.abs(np.cos(turn)) ** 0.8
    outline = np.stack([middle + half * aside, face.bridge + below * np.sin(turn)], 1)
    skin = np.zeros((MASK_PIXELS, MASK_PIXELS), np.uint8)
    cv2.fillPoly(skin, [grid.hull(outline)], 255, shift=SHIFT)
    return skin


def _nose(face: FaceNumbers) -> Points:
    if len(face.nose):
        return face.nose
    middle, below = (face.left + face.right) / 2, face.chin - face.bridge
    end, half = face.bridge + NOSE_END * below, NOSE_HALF_WIDTH * face.width
    top = face.bridge - 0.3 * below
    return np.array([[middle, top], [middle - half, end], [middle + half, end]], np.float32)


def _without_cheeks(skin: np.ndarray, grid: _Grid) -> np.ndarray:
    drawn_in = cv2.erode(
        skin, np.ones((1, 2 * CHEEK_PIXELS + 1), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0
    )
    middle = MASK_PIXELS // 2
    drawn_in[:, middle - KEPT_PIXELS : middle + KEPT_PIXELS] = skin[:, middle - KEPT_PIXELS : middle + KEPT_PIXELS]
    return drawn_in


def _rim() -> np.ndarray:
    inwards = np.minimum(np.arange(MASK_PIXELS), np.arange(MASK_PIXELS)[::-1])
    share = np.clip(inwards / RIM_PIXELS, 0, 1)
    ramp = (0.5 - 0.5 * np.cos(np.pi * share)).astype(np.float32)
    return ramp[:, None] * ramp[None, :]
