"""Closes an eye of a photo: the skin above the upper lid is stretched down over the eye, lashes and all."""

from __future__ import annotations

import cv2
import numpy as np

from .landmarks import Eye, Points
from .video import FPS

# Shutting takes 80 ms, shut 80 ms, opening 160 ms: as people do.
CLOSING = (0.35, 0.85, 1.0, 1.0, 0.75, 0.4, 0.15)
# When, as shares of the loop; not evenly, and not at its seam. People blink each 3 to 5 s.
BLINKS = (0.22, 0.72)
ONE_BLINK_BELOW_S = 4.5
# In openings of the eye: how far up to the brow the skin moves, how far lashes reach below the lid's line, and the dark
# strip above them that falls as it is; stretched, it smeared over the whole lid.
SKIN, LASHES, HEM = 1.3, 0.18, 0.55
# An eye less open than this share of its width is closed already, one more open is a mistake of whoever marked it; one
# narrower than 12 pixels has no lid to see.
LEAST_OPEN, MOST_OPEN, LEAST_WIDTH = 0.12, 0.8, 12.0
# Where the shut lid ends on the way down: at the lower lashes, not on the cheek.
SHUT = 0.95


def blink_course(count: int) -> list[float]:
    """How far the eyes are shut in each picture of the loop."""
    course = [0.0] * count
    for when in BLINKS[: 1 if count / FPS < ONE_BLINK_BELOW_S else None]:
        for step, shut in enumerate(CLOSING):
            course[(round(when * count) + step) % count] = shut
    return course


class LidMap:
    """One eye, in coordinates along the line between its corners and across it."""

    def __init__(self, shape: tuple[int, ...], eye: Eye) -> None:
        upper, lower = (np.asarray(lid, np.float64) for lid in (eye.upper, eye.lower))
        if upper[0, 0] > upper[-1, 0]:
            upper, lower = upper[::-1], lower[::-1]
        self._start = upper[0]
        along = upper[-1] - upper[0]
        self._width = float(np.linalg.norm(along))
        self.usable = self._width >= LEAST_WIDTH
        if not self.usable:
            return
        self._along = along / self._width
        # Across is downwards, since the corners go from left to right.
        self._across = np.array([-self._along[1], self._along[0]])
        self._upper, self._lower = self._curve(upper), self._curve(lower)
        middle = np.linspace(0.25, 0.75, 11)
        self._open = float(np.mean(np.polyval(self._lower, middle) - np.polyval(self._upper, middle)))
        self.usable = LEAST_OPEN <= self._open / self._width <= MOST_OPEN
        if self.usable:
            self._prepare(shape)

    def closed(self, picture: np.ndarray, shut: float) -> np.ndarray:
        """The picture with this eye shut from 0 to 1."""
        fall = shut * SHUT * self._gap
        edge = self._lid + LASHES * self._open + fall
        # From here down lashes and crease only fall; above it the skin is stretched.
        hem, source_hem = edge - HEM * self._open, edge - fall - HEM * self._open
        share = np.clip((self._v - self._top) / (hem - self._top), 0, 1)
        # How much longer the skin gets. The curve has slope 1 (in pixels) at both its ends, so that neither the brow
        # nor the crease grows; what is between takes it all.
        longer = (hem - self._top) / (source_hem - self._top)
        eased = longer * (2 * share**3 - 3 * share**2 + share) + share**2 * (3 - 2 * share)
        stretched = self._top + eased * (source_hem - self._top) - self._v
        down = np.where(self._v > hem, -fall, stretched)
        left, top, right, bottom = self._rect
        x = (self._x + down * self._across[0]).astype(np.float32)
        y = (self._y + down * self._across[1]).astype(np.float32)
        skin = cv2.remap(picture, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101).astype(np.float32)
        # Half a pixel of softness at the lid's edge; above the stretched skin and beyond the corners nothing changes.
        cover = np.clip(edge - self._v + 0.5, 0, 1) * np.clip(self._v - self._top + 0.5, 0, 1) * self._between
        part = picture[top:bottom, left:right].astype(np.float32)
        result = picture.copy()
        mixed = part + (skin - part) * cover[..., None]
        result[top:bottom, left:right] = np.clip(np.rint(mixed), 0, 255).astype(np.uint8)
        return result

    def _curve(self, lid: Points) -> np.ndarray:
        """The lid as a polynomial over 0..1 along the eye: points of detectors alone would make corners."""
        moved = lid - self._start
        along, across = moved @ self._along / self._width, moved @ self._across
        return np.polyfit(along, across, min(4, len(lid) - 1))

    def _prepare(self, shape: tuple[int, ...]) -> None:
        height, width = shape[:2]
        reach = self._width / 2 + 4 + (SKIN + 1) * self._open
        middle = self._start + self._along * self._width / 2
        left, top = (int(max(0, value - reach)) for value in middle)
        right, bottom = (int(min(limit, value + reach)) for limit, value in zip((width, height), middle))
        self._rect = left, top, right, bottom
        self._x, self._y = np.meshgrid(
            np.arange(left, right, dtype=np.float64), np.arange(top, bottom, dtype=np.float64)
        )
        x, y = self._x - self._start[0], self._y - self._start[1]
        u = (x * self._along[0] + y * self._along[1]) / self._width
        self._v = x * self._across[0] + y * self._across[1]
        inside = np.clip(u, 0, 1)
        self._lid = np.polyval(self._upper, inside)
        self._gap = np.maximum(np.polyval(self._lower, inside) - self._lid, 0) * ((u > 0) & (u < 1))
        self._top = self._lid - SKIN * self._open
        self._between = np.clip(np.minimum(u, 1 - u) / 0.03 + 1, 0, 1)
