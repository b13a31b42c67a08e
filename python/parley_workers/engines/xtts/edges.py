"""Away with the silence around the words of a clause while its sound still comes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...speech.sound import HEAD, QUIET, RATE, STEP, TAIL

Sound = NDArray[np.float32]
# The last 10 ms fade: where a clause is cut for its length, it is not silent there.
FADE = RATE * 10 // 1000


class Edges:
    """Quiet before the first word is dropped. Quiet behind a word waits: it was a pause if another word follows."""

    def __init__(self) -> None:
        self._waiting: Sound = np.zeros(0, dtype=np.float32)
        self.is_heard = False

    def push(self, sound: Sound) -> Sound:
        sound = np.concatenate([self._waiting, sound])
        loud = _loud(sound)
        if loud is None:
            self._waiting = sound if self.is_heard else sound[-(HEAD + STEP) :]
            return sound[:0]
        start = 0 if self.is_heard else max(0, loud[0] - HEAD)
        end = max(start, min(loud[1], len(sound) - FADE))
        self.is_heard = True
        self._waiting = sound[end:]
        return sound[start:end]

    def finish(self) -> Sound:
        if not self.is_heard:
            return self._waiting[:0]
        rest = self._waiting[: max(TAIL, FADE)].copy()
        fade = min(FADE, len(rest))
        rest[len(rest) - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)
        return rest


def _loud(sound: Sound) -> tuple[int, int] | None:
    """From the first to behind the last step in which there is anything to hear."""
    count = len(sound) // STEP
    if count == 0:
        return None
    levels = np.sqrt(np.square(sound[: count * STEP]).reshape(count, STEP).mean(axis=1))
    (loud,) = np.nonzero(levels > QUIET)
    return None if len(loud) == 0 else (int(loud[0]) * STEP, (int(loud[-1]) + 1) * STEP)
