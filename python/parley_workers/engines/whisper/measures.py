"""What the engine counts for the operator."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

# The real-time factor is that of so many decodings of whole utterances.
LAST = 50


class Measures:
    def __init__(self, places: int, now: Callable[[], float] = time.monotonic) -> None:
        self._places, self._now = places, now
        self._began = now()
        self._lock = threading.Lock()
        self._factors: deque[float] = deque(maxlen=LAST)
        self._utterances = self._decodings = self._reused = 0
        self._seconds = self._of_partials = 0.0

    @contextmanager
    def decoding(self, sound_s: float, is_final: bool) -> Iterator[None]:
        began = self._now()
        yield
        seconds = self._now() - began
        with self._lock:
            self._decodings += 1
            self._seconds += seconds
            if is_final:
                self._factors.append(seconds / max(sound_s, 0.1))
            else:
                self._of_partials += seconds

    def heard(self, was_known: bool) -> None:
        """`was_known`: what was decoded while it was spoken was all of it."""
        with self._lock:
            self._utterances += 1
            self._reused += was_known

    def values(self) -> dict[str, float]:
        with self._lock:
            elapsed = max(self._now() - self._began, 0.001) * self._places
            return {
                "utterances": self._utterances,
                "utterances_known": self._reused,
                "decodings": self._decodings,
                "decode_seconds": round(self._seconds, 3),
                "realtime_factor": round(median(self._factors), 4) if self._factors else 0.0,
                "partial_share": round(self._of_partials / elapsed, 4),
            }
