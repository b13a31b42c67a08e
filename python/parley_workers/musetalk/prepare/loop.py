"""Chooses the pictures of the loop. It is played forwards and then backwards, so at both ends everything that moves
turns round within one picture: a turn is invisible only where nothing moves. So both ends are put where the film is
slowest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .order import SHORTEST_LOOP_S
from .video import FPS

FEWEST = round(SHORTEST_LOOP_S * FPS)
# A turn is given up to two fifths of the wished length to find a slow place.
SHORTEST_SHARE = 0.6
# A turn is over when two pictures are: 80 ms.
TURN_PICTURES = 2
# In shares of the width per picture, as Change: a turn of something that moves by 1 pixel of 512 can be noticed.
SEEN_TURN = 0.002
# What weighs how much against a movement of one thousandth: the turns most of all.
TURNS_WEIGH, LACK_OF_QUALITY_WEIGHS, SHORTNESS_WEIGHS = 3.0, 0.1, 2.0


@dataclass(frozen=True)
class Loop:
    first: int
    # The picture after the last.
    end: int
    # Movement at both turns and on average, in shares of the picture's width from one picture to the next.
    turns: tuple[float, float]
    movement: float

    @property
    def count(self) -> int:
        return self.end - self.first


def choose_loop(movements: np.ndarray, quality: np.ndarray, stretch: tuple[int, int], wanted: int) -> Loop | None:
    """The best of a stretch without cuts and bad pictures; `movements[i]` leads to picture i, quality goes to 100."""
    first, end = stretch
    room = end - first
    if room < FEWEST:
        return None
    longest = min(wanted, room)
    shortest = max(FEWEST, min(longest, int(SHORTEST_SHARE * wanted)))
    best: tuple[float, Loop] | None = None
    moved = np.concatenate([[0.0], np.cumsum(movements[first:end])])
    good = np.concatenate([[0.0], np.cumsum(quality[first:end])])
    for count in range(shortest, longest + 1):
        starts = np.arange(0, room - count + 1)
        head = (moved[starts + 1 + TURN_PICTURES] - moved[starts + 1]) / TURN_PICTURES
        tail = (moved[starts + count] - moved[starts + count - TURN_PICTURES]) / TURN_PICTURES
        mean = (moved[starts + count] - moved[starts + 1]) / (count - 1)
        lack = 100 - (good[starts + count] - good[starts]) / count
        cost = 1000 * (TURNS_WEIGH * np.maximum(head, tail) + mean)
        cost += LACK_OF_QUALITY_WEIGHS * lack + SHORTNESS_WEIGHS * (1 - count / wanted)
        at = int(np.argmin(cost))
        if best is None or cost[at] < best[0]:
            turns = float(head[at]), float(tail[at])
            best = float(cost[at]), Loop(first + at, first + at + count, turns, float(mean[at]))
    return best[1] if best else None


def best_loop(movements: np.ndarray, quality: np.ndarray, stretches: list[tuple[int, int]], wanted: int) -> Loop | None:
    """Over all stretches: the one whose turns and movement are least, at a like length."""
    loops = [choose_loop(movements, quality, stretch, wanted) for stretch in stretches]
    found = [loop for loop in loops if loop is not None]
    return min(found, key=lambda loop: _cost(loop, quality, wanted), default=None)


def shortened(movements: np.ndarray, loop: Loop, most: int) -> Loop | None:
    """The same loop in at most so many pictures, ending where the film is slow."""
    if most < FEWEST:
        return None
    flat = np.full(len(movements), 100.0)
    return choose_loop(movements, flat, (loop.first, loop.end), min(most, loop.count))


def _cost(loop: Loop, quality: np.ndarray, wanted: int) -> float:
    lack = 100 - float(quality[loop.first : loop.end].mean())
    moving = 1000 * (TURNS_WEIGH * max(loop.turns) + loop.movement)
    return moving + LACK_OF_QUALITY_WEIGHS * lack + SHORTNESS_WEIGHS * (1 - loop.count / wanted)
