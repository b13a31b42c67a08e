"""The method `speak`. Input chunks are pieces of phrases, `{index, from, text, last}`; output chunks are PCM with
`{phrase, words}`, and behind the last sound of a phrase comes an empty one with `{phrase, done}`. The espeak worker
speaks the same (src/engines/tts/espeak-speech.ts).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import accumulate
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..engine import Chunk, Context, Method, WorkerError
from .clauses import clauses
from .measures import FirstSound, Measures
from .sound import RATE

# 80 ms a chunk: two pictures' worth.
CHUNK = RATE * 80 // 1000
# So much of a pause follows a phrase at once: a face hears up to 80 ms ahead, and must not hold back the last sound while
# the next phrase is still being thought of. The rest comes with that next phrase.
TAIL_S = 0.12
LONGEST_PIECE = 2000


@dataclass(frozen=True)
class Word:
    """Characters of a clause, and samples from the clause's first one."""

    begins: int
    ends: int
    start: int
    end: int


@dataclass(frozen=True)
class Said:
    samples: NDArray[np.int16]
    # Those that begin in these samples, or later ones; counted from the clause's first sample.
    words: list[Word] = field(default_factory=list)


class Speaker(Protocol):
    def voice(self, name: str) -> Any:
        """Raises WorkerError("unknown_voice") if there is none of that name."""

    def say(self, text: str, voice: Any, speed: float, context: Context) -> Iterator[Said]:
        """One clause, in one piece or in several."""


@dataclass
class Course:
    """What one stream remembers between clauses."""

    phrase: int = -1
    # Samples of this phrase so far.
    samples: int = 0
    # Silence that is owed before the next sound. After the last one it stays owed: it would only delay the caller's turn.
    pause_s: float = 0.0


def speaking(speaker: Speaker, measures: Measures, split_pattern: str | None = None) -> Method:
    def speak(params: dict[str, Any], chunks: Iterator[Chunk], context: Context) -> Iterator[Chunk]:
        speed = read_speed(params.get("speed", 1.0))
        voice = speaker.voice(str(params.get("voice", "")))
        course = Course()
        first = FirstSound(measures)
        for chunk in chunks:
            first.asked()
            index, offset, text, is_last = read_piece(chunk.data)
            units = utf16(text)
            for clause in clauses(text, split_pattern):
                context.check()
                said = speaker.say(clause.text, voice, speed, context)
                for sound in _clause(course, index, partial(_place, units, offset, clause.at), said, speed):
                    first.heard()
                    yield sound
                    context.check()
                course.pause_s = clause.pause_s
            if is_last:
                if course.phrase == index:
                    yield from _pause(course, speed, TAIL_S)
                yield Chunk({"phrase": index, "done": True})

    return speak


def read_speed(value: Any) -> float:
    if isinstance(value, (int, float)) and 0.25 <= value <= 2:
        return float(value)
    raise WorkerError("invalid_value", f"speed is {value!r}; it goes from 0.25 to 2", retryable=False)


def read_piece(data: dict[str, Any]) -> tuple[int, int, str, bool]:
    index, offset, text, is_last = (data.get(name) for name in ("index", "from", "text", "last"))
    if not (isinstance(index, int) and isinstance(offset, int) and isinstance(text, str) and isinstance(is_last, bool)):
        raise WorkerError("internal", f"no piece of a phrase: {str(data)[:200]}", retryable=False)
    if len(text) > LONGEST_PIECE:
        raise WorkerError(
            "internal", f"a piece of {len(text)} characters; {LONGEST_PIECE} are the most", retryable=False
        )
    return index, offset, text, is_last


def utf16(text: str) -> Callable[[int], int]:
    """Where the gateway finds the character at this place: its strings count in units of 16 bits."""
    if not text or max(text) <= "\uffff":
        return lambda at: at
    units = [0, *accumulate(2 if character > "\uffff" else 1 for character in text)]
    return lambda at: units[at]


def _place(units: Callable[[int], int], offset: int, begins: int, at: int) -> int:
    return offset + units(begins + at)


def _clause(
    course: Course, index: int, place: Callable[[int], int], said: Iterator[Said], speed: float
) -> Iterator[Chunk]:
    origin: int | None = None
    for part in said:
        if len(part.samples) == 0:
            continue
        if origin is None:
            yield from _pause(course, speed, course.pause_s)
            if course.phrase != index:
                course.phrase, course.samples = index, 0
            origin = course.samples
        words = [
            {
                "from": place(word.begins),
                "to": place(word.ends),
                "start": origin + word.start,
                "end": origin + word.end,
            }
            for word in part.words
        ]
        yield from _chunks(course, part.samples, words)


def _pause(course: Course, speed: float, most_s: float) -> Iterator[Chunk]:
    seconds = min(course.pause_s, most_s)
    course.pause_s -= seconds
    yield from _chunks(course, np.zeros(round(seconds / speed * RATE), dtype="<i2"), [])


def _chunks(course: Course, samples: NDArray[np.int16], words: list[dict[str, int]]) -> Iterator[Chunk]:
    """The words go out with the first of them."""
    for at in range(0, len(samples), CHUNK):
        part = samples[at : at + CHUNK]
        course.samples += len(part)
        yield Chunk({"phrase": course.phrase, "words": words if at == 0 else []}, part.tobytes())
