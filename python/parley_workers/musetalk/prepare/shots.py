"""Finds the cuts of a film: a picture that differs from the one before far more than its neighbours do from theirs.

A dissolve is not found; it spoils a loop no more than the movement that it is measured as.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

# What one picture is shrunk to before it is compared: small enough that noise and a blink vanish.
GREY_WIDTH = 160
COARSE = (32, 18)
# Half a second to each side is "the neighbours".
NEIGHBOURS = 12
# In grey levels of 255, averaged over the coarse picture. A quick nod of the test's drawn head comes to 2.4 and takes
# several pictures; a cut between photographs to 40 to 60, in one.
LEAST_DIFFERENCE, LEAST_RATIO = 8.0, 4.0
# A cut within the same scene (a jump of the same person) changes less; then it has to stand out more.
LEAST_JUMP, JUMP_RATIO = 3.0, 12.0


@dataclass(frozen=True)
class Change:
    """From one picture to the next."""

    # Mean difference of the coarse pictures in grey levels.
    difference: float
    # How far edges moved, as a share of the picture's width.
    movement: float


STILL = Change(0.0, 0.0)


def grey_of(picture: np.ndarray) -> np.ndarray:
    height, width = picture.shape[:2]
    size = (GREY_WIDTH, max(16, round(GREY_WIDTH * height / width)))
    small = cv2.resize(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), size, interpolation=cv2.INTER_AREA)
    return cv2.GaussianBlur(small, (0, 0), 1.0).astype(np.float32)


def change_between(before: np.ndarray, now: np.ndarray) -> Change:
    step = now - before
    coarse = cv2.resize(step, COARSE, interpolation=cv2.INTER_AREA)
    # Where an edge of slope g moves by m, grey levels change by g * m: so m is one over the other, weighed by slope.
    down, across = np.gradient(before)
    slope = float(np.abs(across).mean() + np.abs(down).mean())
    moved = float(np.abs(step).mean()) / max(slope, 0.5)
    return Change(float(np.abs(coarse).mean()), moved / GREY_WIDTH)


def find_cuts(changes: list[Change]) -> list[int]:
    """`changes[i]` leads to picture i (the first is STILL). Gives each i that begins a new shot."""
    differences = np.array([change.difference for change in changes])
    cuts = []
    for at in range(1, len(differences)):
        around = np.concatenate([differences[max(1, at - NEIGHBOURS) : at], differences[at + 1 : at + 1 + NEIGHBOURS]])
        usual = float(np.median(around)) if len(around) else 0.0
        here = float(differences[at])
        if here >= max(LEAST_DIFFERENCE, LEAST_RATIO * usual) or here >= max(LEAST_JUMP, JUMP_RATIO * usual):
            cuts.append(at)
    return cuts


def shots(count: int, cuts: list[int]) -> list[tuple[int, int]]:
    """First picture, and the one after the last, of each."""
    edges = [0, *cuts, count]
    return [(first, end) for first, end in zip(edges, edges[1:]) if end > first]
