"""What has to be known of a face, in pixels of some picture; what every source of it (a file, a detector) offers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

# An array [n, 2] of x and y.
Points = np.ndarray
# Four pictures are 160 ms: shorter than any movement of a head, longer than a detector's trembling.
SMOOTHING_PICTURES = 1.5


def no_points() -> Points:
    return np.zeros((0, 2), np.float32)


@dataclass(frozen=True)
class Eye:
    """The two lids, each from one corner to the other; at least both corners and the middle."""

    upper: Points
    lower: Points


@dataclass(frozen=True)
class FaceNumbers:
    """Left, right, chin and bridge are what the crop needs; the rest makes a better mask, a score, a blink."""

    left: float
    right: float
    chin: float
    # Height of point 29 of the 68 (counted from 0: the third of four down the bridge of the nose).
    bridge: float
    # The jaw: from one ear by the chin to the other.
    contour: Points = field(default_factory=no_points)
    nose: Points = field(default_factory=no_points)
    mouth: Points = field(default_factory=no_points)
    eyes: tuple[Eye, ...] = ()
    # Degrees to the side, or None where the source cannot tell.
    yaw: float | None = None

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def centre(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, self.bridge

    def mapped(self, change: Callable[[Points], Points]) -> FaceNumbers:
        """Every point moved by a function of arrays [n, 2]."""
        ends = np.array([[self.left, self.bridge], [self.right, self.bridge]], np.float32)
        middle = (self.left + self.right) / 2
        down = np.array([[middle, self.bridge], [middle, self.chin]], np.float32)
        (left, _), (right, _) = change(ends)
        (_, bridge), (_, chin) = change(down)
        eyes = tuple(Eye(change(eye.upper), change(eye.lower)) for eye in self.eyes)
        groups = {name: change(getattr(self, name)) for name in ("contour", "nose", "mouth")}
        return replace(
            self, left=float(left), right=float(right), chin=float(chin), bridge=float(bridge), eyes=eyes, **groups
        )


@dataclass(frozen=True)
class Placement:
    """How a picture was cut out of the source: source = x + picture / scale."""

    x: float = 0.0
    y: float = 0.0
    scale: float = 1.0

    def to_picture(self, face: FaceNumbers) -> FaceNumbers:
        origin = np.array([self.x, self.y], np.float32)
        return face.mapped(lambda points: (points - origin) * self.scale)

    def to_source(self, face: FaceNumbers) -> FaceNumbers:
        origin = np.array([self.x, self.y], np.float32)
        return face.mapped(lambda points: points / self.scale + origin)


class Landmarks(Protocol):
    """Where landmarks come from."""

    # For source.json: which detector, which version.
    name: str

    def find(self, index: int, picture: np.ndarray, placement: Placement) -> list[FaceNumbers]:
        """The faces in this BGR picture, in its own pixels, the largest first."""
        ...

    def close(self) -> None: ...


def smooth(faces: Sequence[FaceNumbers]) -> list[FaceNumbers]:
    """Against the trembling of detectors, which would shake the drawn mouth: a Gaussian over time of 1.5 pictures."""
    same = all(_shape(face) == _shape(faces[0]) for face in faces)
    if len(faces) < 3 or not same:
        return list(faces)
    flat = np.stack([_flat(face) for face in faces])
    reach = 4
    edges = np.pad(flat, ((reach, reach), (0, 0)), mode="edge")
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / SMOOTHING_PICTURES) ** 2)
    weights /= weights.sum()
    steady = sum(weight * edges[at : at + len(flat)] for at, weight in enumerate(weights))
    return [_unflat(row, face) for row, face in zip(steady, faces)]


def _groups(face: FaceNumbers) -> list[Points]:
    return [face.contour, face.nose, face.mouth, *(lid for eye in face.eyes for lid in (eye.upper, eye.lower))]


def _shape(face: FaceNumbers) -> tuple[int, ...]:
    return tuple(len(group) for group in _groups(face))


def _flat(face: FaceNumbers) -> np.ndarray:
    four = np.array([face.left, face.right, face.chin, face.bridge])
    return np.concatenate([four, *(np.asarray(group, np.float64).ravel() for group in _groups(face))])


def _unflat(row: np.ndarray, face: FaceNumbers) -> FaceNumbers:
    parts, at = [], 4
    for group in _groups(face):
        parts.append(row[at : at + group.size].reshape(-1, 2).astype(np.float32))
        at += group.size
    contour, nose, mouth, *lids = parts
    eyes = tuple(Eye(upper, lower) for upper, lower in zip(lids[::2], lids[1::2]))
    left, right, chin, bridge = (float(value) for value in row[:4])
    return replace(
        face, left=left, right=right, chin=chin, bridge=bridge, contour=contour, nose=nose, mouth=mouth, eyes=eyes
    )
