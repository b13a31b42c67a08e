"""A drawn person whose landmarks are known to the pixel, and films of it: for the tests of preparations."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

SIDE = 640
FACE = {"left": 190.0, "right": 450.0, "chin": 440.0, "bridge": 270.0}
MIDDLE = 320
SKIN, DARK, LIPS = (150, 175, 225), (40, 45, 60), (90, 80, 190)


@functools.lru_cache(maxsize=400)
def draw_portrait(shift: tuple[float, float] = (0.0, 0.0), light: float = 1.0, background: int = 120) -> np.ndarray:
    """BGR. The background stays, the person is shifted. Films draw the same again and again: copy it to change it."""
    move = np.float32([[1, 0, shift[0]], [0, 1, shift[1]]])
    person, seen = (cv2.warpAffine(layer, move, (SIDE, SIDE)) for layer in _person())
    scene = np.linspace(background - 20, background + 20, SIDE, dtype=np.float32)[:, None, None]
    picture = np.clip((scene + (person - scene) * seen[..., None]) * light, 0, 255).astype(np.uint8)
    picture.setflags(write=False)
    return picture


@functools.lru_cache(maxsize=1)
def _person() -> tuple[np.ndarray, np.ndarray]:
    """The person on black, with the grain of skin, and where it is."""
    person = np.zeros((SIDE, SIDE, 3), np.uint8)
    cv2.ellipse(person, (MIDDLE, 680), (260, 200), 0, 0, 360, (120, 70, 50), -1, cv2.LINE_AA)
    cv2.rectangle(person, (270, 400), (370, 520), (140, 160, 210), -1)
    cv2.ellipse(person, (MIDDLE, 230), (150, 175), 0, 0, 360, (40, 60, 90), -1, cv2.LINE_AA)
    cv2.fillPoly(person, [np.array(contour(), np.int32)], SKIN, cv2.LINE_AA)
    cv2.ellipse(person, (MIDDLE, 230), (130, 130), 0, 180, 360, SKIN, -1, cv2.LINE_AA)
    for eye in eyes():
        cv2.fillPoly(person, [np.array(eye["upper"] + eye["lower"][::-1], np.int32)], (245, 245, 245), cv2.LINE_AA)
        x, y = np.mean(eye["upper"] + eye["lower"], axis=0)
        cv2.circle(person, (int(x), int(y)), 9, DARK, -1, cv2.LINE_AA)
        cv2.polylines(person, [np.array(eye["upper"], np.int32)], False, DARK, 3, cv2.LINE_AA)
    cv2.polylines(person, [np.array(nose(), np.int32)], True, (120, 145, 200), 3, cv2.LINE_AA)
    cv2.fillPoly(person, [np.array(mouth(), np.int32)], LIPS, cv2.LINE_AA)
    seen = person.any(axis=2).astype(np.float32)
    grain = np.random.default_rng(7).uniform(-9, 9, (SIDE, SIDE, 3)).astype(np.float32)
    return person + grain, seen


def contour() -> list[list[float]]:
    turn = np.linspace(np.pi, 0, 21)
    return [[MIDDLE + 130 * float(np.cos(t)), 230 + 210 * float(np.sin(t))] for t in turn]


def mouth() -> list[list[float]]:
    turn = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    return [[MIDDLE + 55 * float(np.cos(t)), 370 + 18 * float(np.sin(t))] for t in turn]


def nose() -> list[list[float]]:
    return [[MIDDLE, 215], [285, 315], [MIDDLE, 325], [355, 315]]


def eyes() -> list[dict[str, list[list[float]]]]:
    found = []
    for x in (262, 378):
        across = np.linspace(-28, 28, 7)
        curve = 14 * (1 - (across / 28) ** 2)
        found.append(
            {
                "upper": [[x + float(a), 225 - float(c)] for a, c in zip(across, curve)],
                "lower": [[x + float(a), 225 + 0.6 * float(c)] for a, c in zip(across, curve)],
            }
        )
    return found


def landmarks(shift: tuple[float, float] = (0.0, 0.0), full: bool = True) -> dict[str, Any]:
    dx, dy = shift

    def moved(points: list[list[float]]) -> list[list[float]]:
        return [[x + dx, y + dy] for x, y in points]

    numbers = {
        "left": FACE["left"] + dx,
        "right": FACE["right"] + dx,
        "chin": FACE["chin"] + dy,
        "bridge": FACE["bridge"] + dy,
    }
    if not full:
        return numbers
    both = [{lid: moved(points) for lid, points in eye.items()} for eye in eyes()]
    groups = {"contour": moved(contour()), "nose": moved(nose()), "mouth": moved(mouth()), "eyes": both, "yaw": 0.0}
    return {**numbers, **groups}


def write_landmarks(path: Path, faces: list[dict[str, Any] | None] | dict[str, Any]) -> Path:
    key = "picture" if isinstance(faces, dict) else "pictures"
    path.write_text(json.dumps({"width": SIDE, "height": SIDE, key: faces}))
    return path


def sway(index: int) -> tuple[float, float]:
    """Slow at 0, 1.5, 3, 4.5 s ..., as somebody who sits."""
    swing = float(np.cos(2 * np.pi * (index % 75) / 75))
    return 6 * swing, 2 * swing


def write_film(
    path: Path, pictures: Iterable[np.ndarray], times_ms: list[int] | None = None, rate: int = 25, **options: str
) -> Path:
    """MPEG-4, of which every build of FFmpeg has the encoder. With times, of a variable rate."""
    with av.open(str(path), "w", options=options) as film:
        stream = film.add_stream("mpeg4", rate=rate)
        stream.bit_rate = 8_000_000
        stream.pix_fmt = "yuv420p"
        if times_ms is not None:
            stream.codec_context.time_base = Fraction(1, 1000)
        for index, picture in enumerate(pictures):
            if index == 0:
                stream.height, stream.width = picture.shape[:2]
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            if times_ms is not None:
                frame.pts, frame.time_base = times_ms[index], Fraction(1, 1000)
            film.mux(stream.encode(frame))
        film.mux(stream.encode())
    return path
