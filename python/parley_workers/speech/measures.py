"""What a voice counts of its own work. Told with every ping, so nothing here waits for anything."""

from __future__ import annotations

import threading
import time
from collections import deque

# Percentiles are of so many of the latest.
KEPT = 200


class Measures:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._clauses = 0
        self._sound_s = 0.0
        self._busy_s = 0.0
        self._factors: deque[float] = deque(maxlen=KEPT)
        self._waits: deque[float] = deque(maxlen=KEPT)
        self._firsts: deque[float] = deque(maxlen=KEPT)

    def clause(self, busy_s: float, sound_s: float, waited_s: float) -> None:
        """A clause has been said: how long that took, how long it sounds, and how long others were served before."""
        with self._lock:
            self._clauses += 1
            self._busy_s += busy_s
            self._sound_s += sound_s
            self._waits.append(waited_s)
            if sound_s > 0:
                self._factors.append(busy_s / sound_s)

    def first(self, seconds: float) -> None:
        """From a stream's first text to its first sound."""
        with self._lock:
            self._firsts.append(seconds)

    def values(self) -> dict[str, float]:
        with self._lock:
            told = {"clauses": float(self._clauses), "busy_s": self._busy_s, "sound_s": self._sound_s}
            for name, kept in (
                ("real_time_factor", self._factors),
                ("wait_s", self._waits),
                ("first_clause_s", self._firsts),
            ):
                if kept:
                    told[f"{name}_p50"], told[f"{name}_p95"] = percentile(kept, 0.5), percentile(kept, 0.95)
            return told


class FirstSound:
    """Of one stream: when its text began to come, and when it was first heard."""

    def __init__(self, measures: Measures) -> None:
        self._measures = measures
        self._asked: float | None = None
        self._is_heard = False

    def asked(self) -> None:
        if self._asked is None:
            self._asked = time.monotonic()

    def heard(self) -> None:
        if not self._is_heard and self._asked is not None:
            self._is_heard = True
            self._measures.first(time.monotonic() - self._asked)


def percentile(values: deque[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
