"""From a film or a photo to base pictures with a face in each: what all later steps work on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .crop import Framing, frame_around
from .detector import open_landmarks
from .errors import PreparationError
from .landmarks import FaceNumbers, Landmarks, Placement, smooth
from .loop import SEEN_TURN, Loop, best_loop
from .order import Order, Progress
from .photo import animate
from .quality import Score, looks_of, refuse, score_of, the_face
from .still import read_photo
from .survey import Survey, named, quality_along, stretches, survey
from .video import FPS, video_facts, video_pictures

# From one picture to the next, in widths of the face: a cut that was too small to be seen as one.
JUMP = 0.35


@dataclass(frozen=True)
class Footage:
    # BGR, all of one size.
    pictures: list[np.ndarray]
    faces: list[FaceNumbers]
    swings: bool
    # Pixels here for one of the source.
    scale: float
    score: Score
    detector: str
    # For source.json.
    facts: dict[str, Any]
    # Only of a film: movement to each picture, and the loop as a part of these pictures.
    movements: np.ndarray | None = None
    loop: Loop | None = None


def from_film(order: Order, progress: Progress) -> Footage:
    facts = video_facts(order.source)
    landmarks = open_landmarks(order, facts.width, facts.height, progress)
    try:
        result = survey(order, facts, landmarks, progress)
        if order.most_seconds < order.seconds:
            progress.warn(
                f"Only {order.most_seconds:.1f} s are made of this size; a smaller --size leaves room for more."
            )
        wanted = int(order.most_seconds * FPS)
        usable = stretches(result, progress)
        loop = best_loop(result.movements, quality_along(result), usable, wanted)
        if loop is None:
            raise PreparationError("too_short", "No part of the video is long enough for a loop.")
        inside = [s for s in result.samples if loop.first <= s.index - result.first < loop.end and s.face is not None]
        framing = frame_around([s.face for s in inside], facts.width, facts.height, (order.size, order.height))
        pictures, faces = _pictures(order, result, loop, framing, landmarks, progress)
    finally:
        landmarks.close()
    score = score_of([sample.looks for sample in inside], loop.movement)
    scale = framing.placement.scale
    in_pixels = facts.width * scale
    _warn_of_turns(loop, in_pixels, order, progress)
    about = {
        "kind": "video",
        "source": [facts.width, facts.height],
        "framing": [framing.x, framing.y, framing.width, framing.height],
        "from_s": (result.first + loop.first) / FPS,
        "to_s": (result.first + loop.end) / FPS,
        # Pixels of the base picture from one picture to the next.
        "movement_at_turns": [round(turn * in_pixels, 3) for turn in loop.turns],
        "movement": round(loop.movement * in_pixels, 3),
    }
    movements = result.movements[loop.first : loop.end]
    whole = Loop(0, loop.count, loop.turns, loop.movement)
    return Footage(pictures, faces, True, scale, score, landmarks.name, about, movements, whole)


def from_photo(order: Order, progress: Progress) -> Footage:
    picture = read_photo(order.source)
    height, width = picture.shape[:2]
    landmarks = open_landmarks(order, width, height, progress)
    try:
        where = "the photo"
        face = the_face(landmarks.find(0, picture, Placement()), picture, where)
        refuse(looks_of(picture, face, face.width), where)
        framing = frame_around([face], width, height, (order.size, order.height))
        base = framing.cut(picture)
        # Found again on what the loop is made of: eyes are small, and a detector sees them better here.
        face = the_face(landmarks.find(0, base, framing.placement), base, where)
    finally:
        landmarks.close()
    score = score_of([looks_of(base, face, face.width / framing.placement.scale)], None)
    pictures, faces = animate(base, face, order.seconds, progress)
    about = {
        "kind": "photo",
        "source": [width, height],
        "framing": [framing.x, framing.y, framing.width, framing.height],
    }
    return Footage(pictures, faces, False, framing.placement.scale, score, landmarks.name, about)


def _pictures(
    order: Order, result: Survey, loop: Loop, framing: Framing, landmarks: Landmarks, progress: Progress
) -> tuple[list[np.ndarray], list[FaceNumbers]]:
    """Decodes the loop again, each picture cut and scaled as it comes, and finds the face in each."""
    first, end = result.first + loop.first, result.first + loop.end
    pictures: list[np.ndarray] = []
    faces: list[FaceNumbers] = []
    for picture in video_pictures(order.source, order.start_s, end / FPS):
        progress.step("faces", (picture.index - result.first) / (loop.end))
        if not first <= picture.index < end:
            continue
        base, where = framing.cut(picture.whole()), named(picture.index)
        face = the_face(landmarks.find(picture.index, base, framing.placement), base, where)
        refuse(looks_of(base, face, face.width / framing.placement.scale), where)
        if faces and np.hypot(*np.subtract(face.centre, faces[-1].centre)) > JUMP * face.width:
            raise PreparationError("shot_cut", f"The face jumps at {where}: choose a part with --start and --end.")
        pictures.append(base)
        faces.append(face)
    if len(pictures) != loop.count:
        raise PreparationError("broken_video", "The video gave other pictures when it was read a second time.")
    return pictures, smooth(faces)


def _warn_of_turns(loop: Loop, in_pixels: float, order: Order, progress: Progress) -> None:
    worst = max(loop.turns) * in_pixels
    if worst > SEEN_TURN * order.size:
        progress.warn(
            f"Where the loop turns round, things move by {worst:.1f} pixels a picture: that may be seen. "
            "Film somebody who sits still, or choose a part with --start and --end."
        )
