"""The masks of all pictures: of landmarks, or, where a face parser is given, of what it sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from .crop import Box
from .landmarks import FaceNumbers
from .mask import jaw_mask
from .order import Progress
from .parsed_mask import parsed_mask, parsed_square


class FaceParser(Protocol):
    name: str

    def classes(self, square: np.ndarray) -> np.ndarray:
        """RGB uint8 [S, S, 3] -> what each pixel shows: uint8 [512, 512]."""
        ...


@dataclass(frozen=True)
class Masks:
    # uint8 [128, 128], one for each picture.
    each: list[np.ndarray]
    # For source.json.
    made_of: str


def face_masks(
    pictures: list[np.ndarray],
    faces: list[FaceNumbers],
    boxes: list[Box],
    parser: FaceParser | None,
    progress: Progress,
) -> Masks:
    if parser is None:
        return Masks([jaw_mask(face, box) for face, box in zip(faces, boxes)], "landmarks")
    each: list[np.ndarray] = []
    missed = 0
    for picture, face, box in zip(pictures, faces, boxes):
        progress.step("masks", len(each) / len(pictures))
        mask = parsed_mask(parser.classes(parsed_square(picture, box)), box)
        missed += mask is None
        each.append(jaw_mask(face, box) if mask is None else mask)
    progress.say("masks", 1.0)
    if missed:
        progress.warn(
            f"The face parser found no jaw in {missed} of {len(pictures)} pictures; "
            "the masks of those are made of landmarks."
        )
    return Masks(each, f"face parsing ({parser.name})")
