"""Landmarks that somebody brings as JSON, in pixels of the source as it is seen (upright):

    {"width": 1280, "height": 720,
     "picture": {"left": 500, "right": 760, "chin": 560, "bridge": 330}}

`picture` serves for every picture; `pictures` is a list instead, one for each 1/25 s from the file's beginning, with
null where there is no face. Optional in each: `contour` (the jaw from ear to ear by the chin), `nose`, `mouth`
(outlines), `eyes` (for each the `upper` and the `lower` lid, corner to corner), all as lists of [x, y], and `yaw` in
degrees.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from .errors import PreparationError
from .landmarks import Eye, FaceNumbers, Placement, Points

MAX_BYTES = 32 * 1024 * 1024
MAX_POINTS = 200
NUMBERS = ("left", "right", "chin", "bridge")
# The fewest points that make an outline, and how far beyond the picture one may lie: a chin that is just cut off.
FEWEST = {"contour": 5, "nose": 3, "mouth": 3}
OUTSIDE = 0.25


class FileLandmarks:
    name = "landmarks file"

    def __init__(self, path: Path, width: int, height: int) -> None:
        self._path, self._width, self._height = path, width, height
        data = self._read()
        for field, seen in (("width", width), ("height", height)):
            if field in data and data[field] != seen:
                raise self._bad(f"it is for a {field} of {data[field]!r}, and the source has {seen}")
        self._one = self._face(data["picture"], "picture") if "picture" in data else None
        self._many = self._list(data["pictures"]) if "pictures" in data else None
        if (self._one is None) == (self._many is None):
            raise self._bad("it needs either `picture` or `pictures`")

    def find(self, index: int, picture: np.ndarray, placement: Placement) -> list[FaceNumbers]:
        if self._many is not None and index >= len(self._many):
            raise self._bad(f"it ends after {len(self._many)} pictures, and picture {index} is needed")
        face = self._one if self._many is None else self._many[index]
        return [] if face is None else [placement.to_picture(face)]

    def close(self) -> None:
        pass

    def _read(self) -> dict[str, Any]:
        try:
            if self._path.stat().st_size > MAX_BYTES:
                raise self._bad(f"it has more than {MAX_BYTES >> 20} MB")
            data = json.loads(self._path.read_bytes())
        except OSError as error:
            raise self._bad(error.strerror or str(error)) from None
        except (ValueError, RecursionError) as error:
            raise self._bad(f"it is no JSON ({error})") from None
        if not isinstance(data, dict):
            raise self._bad("it is no JSON object")
        unknown = set(data) - {"width", "height", "picture", "pictures", "comment"}
        if unknown:
            raise self._bad(f"`{min(unknown)}` is unknown")
        return data

    def _list(self, value: Any) -> list[FaceNumbers | None]:
        if not isinstance(value, list) or not value:
            raise self._bad("`pictures` is no list, or empty")
        return [None if one is None else self._face(one, f"pictures[{at}]") for at, one in enumerate(value)]

    def _face(self, value: Any, where: str) -> FaceNumbers:
        if not isinstance(value, dict):
            raise self._bad(f"{where} is no object")
        unknown = set(value) - {*NUMBERS, *FEWEST, "eyes", "yaw"}
        if unknown:
            raise self._bad(f"{where} has `{min(unknown)}`, which is unknown")
        numbers = {name: self._number(value.get(name), f"{where}.{name}") for name in NUMBERS}
        if not numbers["left"] < numbers["right"]:
            raise self._bad(f"{where}: left is not left of right")
        if not numbers["bridge"] < numbers["chin"]:
            raise self._bad(f"{where}: the bridge of the nose is not above the chin")
        for name, size in (
            ("left", self._width),
            ("right", self._width),
            ("chin", self._height),
            ("bridge", self._height),
        ):
            if not -OUTSIDE * size <= numbers[name] <= (1 + OUTSIDE) * size:
                raise self._bad(f"{where}.{name} is {numbers[name]:g}, far outside the source's {size} pixels")
        groups = {
            name: self._points(value[name], f"{where}.{name}", fewest)
            for name, fewest in FEWEST.items()
            if name in value
        }
        yaw = self._number(value["yaw"], f"{where}.yaw") if "yaw" in value else None
        return FaceNumbers(**numbers, **groups, eyes=self._eyes(value.get("eyes", []), f"{where}.eyes"), yaw=yaw)

    def _eyes(self, value: Any, where: str) -> tuple[Eye, ...]:
        if not isinstance(value, list) or len(value) not in (0, 2):
            raise self._bad(f"{where} is no list of two")
        if not all(isinstance(eye, dict) and set(eye) == {"upper", "lower"} for eye in value):
            raise self._bad(f"{where}: each eye has `upper` and `lower`")
        return tuple(Eye(*(self._points(eye[lid], f"{where}.{lid}", 3) for lid in ("upper", "lower"))) for eye in value)

    def _points(self, value: Any, where: str, fewest: int) -> Points:
        if not isinstance(value, list) or not fewest <= len(value) <= MAX_POINTS:
            raise self._bad(f"{where} is no list of {fewest} to {MAX_POINTS} points")
        if not all(isinstance(point, list) and len(point) == 2 for point in value):
            raise self._bad(f"{where}: a point is [x, y]")
        return np.array([[self._number(part, where) for part in point] for point in value], np.float32)

    def _number(self, value: Any, where: str) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise self._bad(f"{where} is missing" if value is None else f"{where} is {value!r}, no number")
        if abs(value) > 100_000:
            raise self._bad(f"{where} is {value:g}: that is no pixel")
        return float(value)

    def _bad(self, why: str) -> PreparationError:
        return PreparationError("bad_landmarks", f"{self._path.name} cannot be used as landmarks: {why}.")
