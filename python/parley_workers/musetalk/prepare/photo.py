"""A photo becomes a loop that breathes and blinks. Everything moves in whole cycles, so the last picture leads to the
first, and by so little (1 to 2 pixels of 512) that hair and background may be bent with the head.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .blink import LidMap, blink_course
from .landmarks import FaceNumbers, Points
from .order import Progress
from .video import FPS

SHORTEST_S, LONGEST_S = 4.0, 6.0
# A resting adult breathes in 4 to 6 s.
BREATH_S = 4.0
# In heights of the face: how far shoulders rise and the head with them, and how far the crown sways to each side.
SHOULDERS, HEAD, SWAY = 0.010, 0.005, 0.006


def animate(
    picture: np.ndarray, face: FaceNumbers, seconds: float, progress: Progress
) -> tuple[list[np.ndarray], list[FaceNumbers]]:
    count = round(min(max(seconds, SHORTEST_S), LONGEST_S) * FPS)
    course = blink_course(count)
    lids = [LidMap(picture.shape, eye) for eye in face.eyes]
    if not lids or not all(lid.usable for lid in lids):
        why = "the eyes are not known" if not lids else "the eyes are almost closed or too small"
        progress.warn(f"The avatar will breathe and not blink: {why}.")
        lids = []
    motion = Motion(picture.shape, face)
    pictures, faces = [], []
    for at in range(count):
        progress.step("faces", at / count)
        seen = picture
        for lid in lids:
            seen = lid.closed(seen, course[at]) if course[at] > 0 else seen
        pictures.append(motion.warp(seen, at / count, count))
        faces.append(face.mapped(lambda points, at=at: motion.moved(points, at / count, count)))
    return pictures, faces


@dataclass(frozen=True)
class _Pose:
    """How far shoulders and head rise in pixels, and the head's tilt in radians."""

    shoulders: float
    head: float
    tilt: float


class Motion:
    def __init__(self, shape: tuple[int, ...], face: FaceNumbers) -> None:
        height, width = shape[:2]
        self._face_height = 2 * (face.chin - face.bridge)
        # The head turns about the neck.
        self._pivot = np.array([(face.left + face.right) / 2, face.chin], np.float32)
        self._middle = np.array([self._pivot[0], face.bridge - 0.15 * self._face_height], np.float32)
        self._radii = np.array([0.8 * face.width, 0.95 * self._face_height], np.float32)
        across, down = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
        self._pixels = np.stack([across, down], axis=2)

    def warp(self, picture: np.ndarray, phase: float, count: int) -> np.ndarray:
        # So small and smooth a shift is its own inverse with the sign turned, to a hundredth of a pixel.
        source = self._pixels - self._shift(self._pixels, phase, count)
        return cv2.remap(picture, source, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)

    def moved(self, points: Points, phase: float, count: int) -> Points:
        points = np.asarray(points, np.float32).reshape(-1, 2)
        return points + self._shift(points, phase, count)

    def _shift(self, points: np.ndarray, phase: float, count: int) -> np.ndarray:
        """For points in the last axis, by how much each is moved."""
        pose = self._pose(phase, count)
        away = points - self._pivot
        head, body = self._weights(points)
        shift = np.zeros_like(points)
        shift[..., 0] = head * -pose.tilt * away[..., 1]
        shift[..., 1] = head * (pose.tilt * away[..., 0] - pose.head) - body * pose.shoulders
        return shift

    def _pose(self, phase: float, count: int) -> _Pose:
        turn = 2 * np.pi * phase
        breaths = max(1, int(count / FPS / BREATH_S))
        breath = 0.5 - 0.5 * np.cos(breaths * turn)
        # One slow sway and a smaller quick one: a single sine looks like a pendulum.
        sway = 0.75 * np.sin(turn + 0.9) + 0.25 * np.sin(2 * turn + 2.3)
        nod = 0.3 * np.sin(2 * turn + 0.4)
        height = self._face_height
        return _Pose(SHOULDERS * height * breath, HEAD * height * (breath + nod), SWAY * sway)

    def _weights(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """How much a point belongs to the head and to the body; both fade out, so that nothing tears."""
        radius = np.linalg.norm((points - self._middle) / self._radii, axis=-1)
        below = (points[..., 1] - self._pivot[1]) / self._face_height
        body = _rising(below, -0.1, 0.6)
        aside = np.abs(points[..., 0] - self._pivot[0]) / self._face_height
        body = body * (1 - _rising(aside - 1.1 * np.clip(below, 0, None), 0.5, 1.2))
        head = (1 - _rising(radius, 1.0, 1.7)) * (1 - body)
        return head, body


def _rising(values: np.ndarray, start: float, end: float) -> np.ndarray:
    """0 up to the start, 1 from the end on, smooth between."""
    share = np.clip((values - start) / (end - start), 0, 1)
    return share * share * (3 - 2 * share)
