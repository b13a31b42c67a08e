"""Whether a phrase was really said.

The grammar always finds the phrase that fits the sound best. The free dictation of the same sound is held against it:
what it understood, how well its words fit, and where it heard words at all. None of these tells phrases from other
sentences alone (docs/hearing.md has the numbers, tools/hearing finds the weights).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

from .transcript import Part


@dataclass(frozen=True)
class Evidence:
    # Phones understood otherwise: 0 none, 1 as many as the longer of the two has.
    distance: float
    # How much better the phrase fits than the dictation, for each frame that it is spoken in; and its worst word.
    gap: float
    worst: float


WEIGHTS = Evidence(distance=-6.1, gap=0.102, worst=0.075)
OFFSET = 7.6
# Beyond these a gap says nothing more: one of the two has lost its way.
GAPS = (-60.0, 15.0)
WORST = -80.0
# Words that are dictated for longer than this without a pause, where the phrase is silent, are another sentence before
# or behind it. In the background of a room the longest that was measured, but for two in a hundred, is 0.56 s.
MOST_STRAY_FRAMES = 70


def is_said(phrase: Sequence[Part], dictation: Sequence[Part]) -> bool:
    if not any(part.text for part in phrase) or longest_stray(phrase, dictation) > MOST_STRAY_FRAMES:
        return False
    found = astuple(evidence(phrase, dictation))
    return OFFSET + sum(weight * value for weight, value in zip(astuple(WEIGHTS), found)) > 0


def evidence(phrase: Sequence[Part], dictation: Sequence[Part]) -> Evidence:
    spoken = [part for part in phrase if part.text]
    frames = sum(map(length, spoken))
    lead = sum(part.fit for part in phrase) - sum(part.fit for part in dictation)
    other = fit_of_frames(dictation)
    leads = [(part.fit - sum(other[part.first : part.last + 1])) / length(part) for part in spoken]
    return Evidence(
        distance=distance(spoken, dictation),
        gap=min(max(lead / max(frames, 1), GAPS[0]), GAPS[1]),
        worst=max(min(leads, default=WORST), WORST),
    )


def length(part: Part) -> int:
    return part.last - part.first + 1


def distance(phrase: Sequence[Part], dictation: Sequence[Part]) -> float:
    one = [phone for part in phrase for phone in part.phones]
    other = [phone for part in dictation for phone in part.phones]
    return slips(one, other) / max(len(one), len(other), 1)


def slips(one: Sequence[str], other: Sequence[str]) -> int:
    """Phones to leave out, to put in or to change until one is the other."""
    row = list(range(len(other) + 1))
    for i, phone in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, candidate in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (phone != candidate))
    return row[-1]


def fit_of_frames(parts: Sequence[Part]) -> list[float]:
    """The fit of each part, spread over its frames."""
    return [part.fit / length(part) for part in parts for _ in range(length(part))]


def begin_alike(phrase: Sequence[Part], dictation: Sequence[Part]) -> bool:
    """Whether the first word is the same. In mid-phrase the evidence alone is met by accident: of 64 noises, 13 were
    words for a moment; with this, and single words only if they are a phrase, 2.
    """
    one, other = (next((part.text for part in parts if part.text), "") for parts in (phrase, dictation))
    return one == other != ""


def longest_stray(phrase: Sequence[Part], dictation: Sequence[Part]) -> int:
    covered = {frame for part in phrase if part.text for frame in range(part.first, part.last + 1)}
    longest = here = 0
    for part in dictation:
        for frame in range(part.first, part.last + 1):
            if frame in covered:
                here = 0
            elif part.text:
                here += 1
                longest = max(longest, here)
    return longest
