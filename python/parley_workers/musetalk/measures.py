"""What the worker counts for its operator. Read by the thread that answers pings, so that nothing here waits."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterable

from .schedule import Batch

# Twenty callers' last three seconds: enough for a percentile, little to sort.
_KEPT = 1500


class Measures:
    def __init__(self) -> None:
        self._began = time.monotonic()
        self.batches = 0
        self.drawn = 0
        # Places in batches, those included that stayed empty.
        self.places = 0
        self.pictures = 0
        # Not drawn, because their caller had cut in.
        self.dropped = 0
        # Not drawn, because they would have come too late to be seen.
        self.lost = 0
        # Drawn again in fp32, and those that could not be shown even then.
        self.repainted = 0
        self.spoilt = 0
        self.busy_s = 0.0
        # Several threads encode, and each one delivers.
        self._delivering = threading.Lock()
        self._late: deque[float] = deque(maxlen=_KEPT)
        self._waited: deque[float] = deque(maxlen=_KEPT)

    def began(self, batch: Batch, now: float) -> None:
        self.batches += 1
        self.drawn += len(batch.units)
        self.places += batch.size
        self._waited.append(max(now - unit.added for unit in batch.units))

    def delivered(self, late: float) -> None:
        """A picture. `late`: by how many seconds it missed the moment at which it was due; below 0 it was early."""
        with self._delivering:
            self.pictures += 1
        self._late.append(late)

    def values(self) -> dict[str, float]:
        return {
            "pictures": self.pictures,
            "mouths_drawn": self.drawn,
            "batches": self.batches,
            "batch_fill": self.drawn / max(1, self.places),
            "pictures_dropped": self.dropped,
            "pictures_lost": self.lost,
            "pictures_repainted": self.repainted,
            "pictures_spoilt": self.spoilt,
            "busy_share": self.busy_s / max(1e-3, time.monotonic() - self._began),
            "queue_age_p99_ms": percentile(self._waited, 0.99) * 1000,
            "lateness_p50_ms": percentile(self._late, 0.5) * 1000,
            "lateness_p99_ms": percentile(self._late, 0.99) * 1000,
        }


def percentile(values: Iterable[float], share: float) -> float:
    ordered = sorted(values)
    if not ordered:
        return 0.0
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
