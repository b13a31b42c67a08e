"""The two rectangles: what of the source becomes the base picture, and what of the base picture the model sees."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ..spec import EXTRA_MARGIN, FACE_PIXELS
from .errors import PreparationError
from .landmarks import FaceNumbers, Placement

# Head and shoulders: 2.4 times the height of the face, and above it, for the hair, 0.45 of that height.
HEIGHTS_OF_FACE, ABOVE_FACE = 2.4, 0.45
SMALLEST_BOX = 16
# What keeps the drawn face off the rim of the base picture.
ROOM_AROUND = 0.05


@dataclass(frozen=True)
class Box:
    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top


@dataclass(frozen=True)
class Framing:
    """A rectangle of the source, and the base picture's size."""

    x: int
    y: int
    width: int
    height: int
    size: tuple[int, int]

    @property
    def placement(self) -> Placement:
        return Placement(float(self.x), float(self.y), self.size[0] / self.width)

    def cut(self, picture: np.ndarray) -> np.ndarray:
        part = picture[self.y : self.y + self.height, self.x : self.x + self.width]
        shrinks = self.width > self.size[0]
        return cv2.resize(part, self.size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LANCZOS4)


def frame_around(faces: list[FaceNumbers], width: int, height: int, size: tuple[int, int]) -> Framing:
    """The same rectangle for all pictures, with the aspect of `size`, around everywhere the face goes."""
    tops = [2 * face.bridge - face.chin for face in faces]
    face_height = float(np.median([face.chin - top for face, top in zip(faces, tops)]))
    left, right = min(face.left for face in faces), max(face.right for face in faces)
    top, bottom = min(tops), max(face.chin for face in faces)
    aspect = size[0] / size[1]
    wanted = max(HEIGHTS_OF_FACE * face_height, (right - left) * 1.3 / aspect, (bottom - top) * 1.3)
    cut_height = min(wanted, height, width / aspect)
    cut_width = min(cut_height * aspect, width)
    across, down = min(right, width) - max(left, 0), min(bottom, height) - max(top, 0)
    if top < -0.5 * face_height or across > cut_width or down > cut_height:
        raise PreparationError("head_cut_off", "The head is cut off by the rim, or moves too far to frame it.")
    x = np.clip((left + right) / 2 - cut_width / 2, 0, width - cut_width)
    y = np.clip(top - ABOVE_FACE * face_height, 0, height - cut_height)
    y = np.clip(max(y, bottom + ROOM_AROUND * face_height - cut_height), 0, height - cut_height)
    return Framing(int(x), int(y), int(cut_width), int(cut_height), size)


def face_boxes(faces: list[FaceNumbers], width: int, height: int, scale: float) -> list[Box]:
    """Version 1.5's rule for each picture in turn; a box keeps the size of the one before while that is right to a
    pixel, since from rounding alone the face would grow and shrink between pictures.
    """
    boxes: list[Box] = []
    size = (0, 0)
    for face in faces:
        left, top, right, bottom = _exact_box(face, width, height, scale)
        size = _kept(size[0], right - left), _kept(size[1], bottom - top)
        if min(size) < SMALLEST_BOX:
            raise PreparationError("head_cut_off", "The face has no size, or lies outside the picture.")
        x = min(max(0, round((left + right - size[0]) / 2)), width - size[0])
        y = min(max(0, round((top + bottom - size[1]) / 2)), height - size[1])
        boxes.append(Box(x, y, x + size[0], y + size[1]))
    return boxes


def _exact_box(face: FaceNumbers, width: int, height: int, scale: float) -> tuple[float, float, float, float]:
    """Half of the box lies above the bridge of the nose and half below, so the model, which is not shown the lower
    half, draws from the bridge down. The margin below the chin is 10 pixels of the source, and `scale` is what one of
    those measures here. It moves the middle down by half of it, as in the model's training.
    """
    below = face.chin - face.bridge
    top, bottom = max(0.0, face.bridge - below), min(float(height), face.chin + EXTRA_MARGIN * scale)
    return max(0.0, face.left), top, min(float(width), face.right), bottom


def _kept(before: int, exact: float) -> int:
    return before if abs(exact - before) <= 1 else round(exact)


def model_crop(picture: np.ndarray, box: Box) -> np.ndarray:
    """What the model sees of a BGR picture: RGB [256, 256, 3], scaled by Lanczos as in training."""
    part = picture[box.top : box.bottom, box.left : box.right]
    square = cv2.resize(part, (FACE_PIXELS, FACE_PIXELS), interpolation=cv2.INTER_LANCZOS4)
    return np.ascontiguousarray(square[:, :, ::-1])
