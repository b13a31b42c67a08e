"""Thousands of batches of every size in turn: does the device's memory stay as it is?"""

from __future__ import annotations

import time
from dataclasses import dataclass

from .device import memory
from .studio import Studio

# Until then the allocators have seen every size.
_SETTLES = 30


@dataclass(frozen=True)
class Soaked:
    batches: int
    pictures: int
    seconds: float
    # In use and held, in bytes; nothing on a CPU.
    before: dict[str, float]
    after: dict[str, float]


def soak(studio: Studio, batches: int, most_seconds: float) -> Soaked:
    sizes = sorted(studio.warm.strokes)
    orders = studio.orders(max(sizes))
    for at in range(_SETTLES):
        _draw(studio, orders, sizes[at % len(sizes)])
    before = memory(str(studio.device))
    began, pictures, done = time.monotonic(), 0, 0
    while done < batches and time.monotonic() - began < most_seconds:
        size = sizes[done % len(sizes)]
        pictures += _draw(studio, orders, size)
        done += 1
    return Soaked(done, pictures, time.monotonic() - began, before, memory(str(studio.device)))


def _draw(studio: Studio, orders: list, size: int) -> int:
    return len(studio.painter.start(orders[:size], size).patches())
