"""A model that says a clause in pieces of a tenth of a second, each when it is let."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from parley_workers.engines.xtts.model import Model
from parley_workers.engines.xtts.reading import Reading
from parley_workers.engines.xtts.speaker import Xtts
from parley_workers.engines.xtts.voice_file import Voice
from parley_workers.engines.xtts.voices import Voices
from parley_workers.places import Places
from parley_workers.speech.device import Movable
from parley_workers.speech.measures import Measures

PIECE = 2400


class OutOfMemoryError(RuntimeError):
    """As torch names its own."""


@dataclass
class Fake:
    """`levels`: how loud each piece is. `fault`: raised on a GPU instead of its second piece."""

    levels: list[float]
    fault: Exception | None = None
    # None: nobody holds it up.
    gate: threading.Semaphore | None = None
    texts: list[str] = field(default_factory=list)
    most_tokens: list[int] = field(default_factory=list)

    def load(self, device: str) -> Model:
        def say(
            text: str, voice: Voice, speed: float, most_tokens: int, check: Callable[[], None]
        ) -> Iterator[NDArray[np.float32]]:
            self.texts.append(text)
            self.most_tokens.append(most_tokens)
            for number, level in enumerate(self.levels):
                while self.gate is not None and not self.gate.acquire(timeout=0.005):
                    check()
                check()
                if number == 1 and device != "cpu" and self.fault is not None:
                    raise self.fault
                yield np.full(PIECE, level, dtype=np.float32)

        return Model(say, lambda recordings: a_voice())


def a_voice(value: float = 0.5) -> Voice:
    return Voice(np.full((1, 32, 64), value, dtype=np.float32), np.full((1, 512, 1), value, dtype=np.float32))


@dataclass
class Desk:
    """An engine's speaker, and what of it a test looks at."""

    xtts: Xtts
    places: Places
    movable: Movable
    voices: Voices
    told: list[str]


def desk(fake: Fake, device: str = "cpu", most_wait_s: float = 60.0) -> Desk:
    told: list[str] = []
    movable = Movable(fake.load, device, told.append)
    places = Places([movable], most_wait_s, "tts_failed", "voices")
    voices = Voices({"Ada": a_voice()})
    text = Reading(tokens=len, most_letters=250)
    return Desk(Xtts(places, voices, text, Measures()), places, movable, voices, told)
