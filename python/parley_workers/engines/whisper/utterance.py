"""One utterance, and what is understood of it so far. It is decoded again as it grows, but not without a reason, and
only from where its last window was cut.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .sound import INAUDIBLE, RATE, Sound
from .windows import cut_of

# Less has no word in it.
LEAST = RATE // 10
# The first partial: what a quarter of a second of speech sounds like is as often wrong as right.
FIRST = int(0.7 * RATE)
# The next ones: each costs as much as the last, however little has come.
GROWTH, LEAST_GROWTH, MOST_GROWTH = 0.3, RATE // 2, 2 * RATE
# Whoever is quiet for so long may have ended. What is heard then need not be heard again when he has.
PAUSE = RATE // 5
# A word that was cut off is as loud as any in the last moment before.
MARGIN = RATE // 10


@dataclass(frozen=True)
class Heard:
    text: str
    language: str | None
    # Decoding it once more, at another temperature, would not be tried.
    is_sure: bool


# Sound, language, and whether it is worth a second attempt.
Hear = Callable[[np.ndarray, "str | None", bool], Heard]


class Utterance:
    """Its sound grows in one thread. All else is for whoever decodes it, one thread at a time."""

    def __init__(self, hear: Hear, language: str | None) -> None:
        self._hear = hear
        self._language = language
        self.sound = Sound()
        # Windows that are over, and the sample behind the last of them.
        self._settled: list[str] = []
        self._origin = 0
        # Of what comes behind: what was understood, and up to which sample.
        self._rest = Heard("", None, True)
        self._decoded_to = 0

    @property
    def text(self) -> str:
        return " ".join(text for text in (*self._settled, self._rest.text) if text)

    @property
    def is_due(self) -> bool:
        """Whether there is a reason to decode it while it is being spoken."""
        end = self.sound.length
        if end - self._origin < FIRST or self._is_unchanged():
            return False
        growth = min(MOST_GROWTH, max(LEAST_GROWTH, GROWTH * (self._decoded_to - self._origin)))
        return end - self._decoded_to >= growth or self.sound.is_quiet(self._origin, end - PAUSE)

    @property
    def is_heard(self) -> bool:
        """Whether its text is that of all of its sound."""
        end = self.sound.length
        if end - self._origin < LEAST:
            return True
        return self._rest.is_sure and (end == self._decoded_to or self._is_unchanged())

    def decode(self, is_final: bool) -> None:
        """Once: one window of it, if it has become so long, or all that comes behind the last window."""
        origin, end = self._origin, self.sound.length
        cut = cut_of(self.sound.levels(origin), end - origin)
        last = end if cut is None else origin + cut
        heard = self._hear(self.sound.part(origin, last), self._language, is_final or cut is not None)
        self._language, self._decoded_to = heard.language, last
        if cut is None:
            # The second attempt was made, if there was a reason.
            self._rest = Heard(heard.text, None, heard.is_sure or is_final)
        else:
            self._settled.append(heard.text)
            self._origin, self._rest = last, Heard("", None, True)

    def _is_unchanged(self) -> bool:
        """Nothing but silence came since it was decoded, and the last moment before was silence, too."""
        if self._decoded_to == self._origin:
            return not bool((self.sound.levels(self._origin) > INAUDIBLE).any())
        return self.sound.is_quiet(self._origin, max(self._origin, self._decoded_to - MARGIN))
