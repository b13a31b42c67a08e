"""The first look at a film: every picture small, for cuts and movement; every tenth one large, for the face in it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from .errors import PreparationError
from .landmarks import FaceNumbers, Landmarks, Placement
from .loop import FEWEST
from .order import Order, Progress
from .quality import Looks, looks_of, refuse, score_of, the_face
from .shots import STILL, Change, change_between, find_cuts, grey_of, shots
from .video import FPS, LONGEST_S, VideoFacts, VideoPicture, video_pictures

# 0.4 s: nobody turns away and back between two of them.
EVERY = 10
# Enough for a detector; full 4K would cost more than the rest together.
LOOKED_AT_SIDE = 1280


@dataclass(frozen=True)
class Sample:
    index: int
    # In pixels of the source. Without a face, the reason.
    face: FaceNumbers | None = None
    looks: Looks | None = None
    refusal: PreparationError | None = None


@dataclass
class Survey:
    # Index of the first picture, counted from the file's beginning.
    first: int
    changes: list[Change] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)

    @property
    def movements(self) -> np.ndarray:
        return np.array([change.movement for change in self.changes])


def survey(order: Order, facts: VideoFacts, landmarks: Landmarks, progress: Progress) -> Survey:
    result = Survey(round(order.start_s * FPS))
    expected = _expected_pictures(order, facts)
    before: np.ndarray | None = None
    for picture in video_pictures(order.source, order.start_s, order.end_s):
        progress.step("survey", len(result.changes) / expected)
        grey = grey_of(picture.at_most(320))
        result.changes.append(STILL if before is None else change_between(before, grey))
        before = grey
        if (picture.index - result.first) % EVERY == 0:
            result.samples.append(_sample(picture, facts, landmarks))
    _check_length(result, order)
    if facts.duration_s is not None and order.end_s is None and facts.duration_s - order.start_s > LONGEST_S + 1:
        progress.warn(f"Only {LONGEST_S:.0f} s of the video were looked at; --start and --end choose which.")
    return result


def stretches(result: Survey, progress: Progress) -> list[tuple[int, int]]:
    """Parts without a cut and without a refused sample, counted from the survey's first picture; at least 2 s each."""
    good = np.ones(len(result.changes), bool)
    for sample in result.samples:
        if sample.refusal is not None:
            at = sample.index - result.first
            good[max(0, at - EVERY + 1) : at + EVERY] = False
    cuts = find_cuts(result.changes)
    found = [part for shot in shots(len(good), cuts) for part in _runs(good, *shot)]
    usable = [part for part in found if part[1] - part[0] >= FEWEST]
    refusals = [sample.refusal for sample in result.samples if sample.refusal is not None]
    if not usable:
        raise _nothing_left(refusals, cuts, result.first)
    if refusals:
        progress.warn(f"Left out where the face cannot be used, first: {refusals[0]}")
    if cuts:
        progress.warn(f"{_times(cuts, result.first)}: the loop lies between two cuts.")
    return usable


def quality_along(result: Survey) -> np.ndarray:
    """0 to 100 for each picture; between samples by a straight line."""
    good = [sample for sample in result.samples if sample.looks is not None]
    scores = [score_of([sample.looks], None).total for sample in good if sample.looks is not None]
    return np.interp(np.arange(len(result.changes)), [sample.index - result.first for sample in good], scores)


def _sample(picture: VideoPicture, facts: VideoFacts, landmarks: Landmarks) -> Sample:
    seen = picture.at_most(LOOKED_AT_SIDE)
    placement = Placement(scale=seen.shape[1] / facts.width)
    where = named(picture.index)
    try:
        face = the_face(landmarks.find(picture.index, seen, placement), seen, where)
        looks = looks_of(seen, face, face.width / placement.scale)
        refuse(looks, where)
    except PreparationError as error:
        if error.code in ("bad_landmarks", "detector_failed"):
            raise
        return Sample(picture.index, refusal=error)
    return Sample(picture.index, placement.to_source(face), looks)


def named(index: int) -> str:
    return f"picture {index} (at {index / FPS:.2f} s)"


def _runs(good: np.ndarray, first: int, end: int) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], good[first:end].astype(np.int8), [0]])))
    return [(first + int(start), first + int(stop)) for start, stop in zip(edges[::2], edges[1::2])]


def _nothing_left(refusals: list[PreparationError], cuts: list[int], first: int) -> PreparationError:
    if refusals:
        code = Counter(refusal.code for refusal in refusals).most_common(1)[0][0]
        reason = next(refusal for refusal in refusals if refusal.code == code)
        return PreparationError(code, f"{reason} No {FEWEST / FPS:.0f} s are left without that.")
    return PreparationError(
        "shot_cut", f"{_times(cuts, first)}, and no {FEWEST / FPS:.0f} s lie between two of them: send one take."
    )


def _times(cuts: list[int], first: int) -> str:
    times = ", ".join(f"{(first + cut) / FPS:.2f} s" for cut in cuts[:8]) + (", ..." if len(cuts) > 8 else "")
    return f"{len(cuts)} cut{'' if len(cuts) == 1 else 's'} found (at {times})"


def _expected_pictures(order: Order, facts: VideoFacts) -> float:
    end = min(order.end_s or LONGEST_S + order.start_s, facts.duration_s or LONGEST_S)
    return max(1.0, min(end - order.start_s, LONGEST_S) * FPS)


def _check_length(result: Survey, order: Order) -> None:
    count = len(result.changes)
    if count == 0:
        raise PreparationError("no_pictures", f"{order.source.name} has no picture after {order.start_s:g} s.")
    if count < FEWEST:
        raise PreparationError(
            "too_short", f"There are {count / FPS:.2f} s of video; {FEWEST / FPS:.0f} s are needed, 10 are good."
        )
