"""How many replies can be animated at once. What the device can do is measured at start; before anybody is turned away,
everybody's mouth moves at half and then at a third of the rate, over base pictures that go on at 25 a second.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ..engine import WorkerError
from .spec import PICTURES_PER_SECOND

# The rest is for moments in which several utterances begin.
_USABLE = 0.8
# A mouth that moves 8 times a second is still better than none; slower looks like a fault.
MOST_SHARED = 3


def rate_for(replies: int) -> float:
    """Pictures a second that a device draws with which so many replies can be taken on at the full rate."""
    return replies * PICTURES_PER_SECOND / _USABLE


class Admission:
    def __init__(self, pictures_per_second: float, when_shared: float | None = None) -> None:
        """`when_shared`: pictures a second, if a mouth serves for `MOST_SHARED` of them; None: as many more."""
        self._usable = pictures_per_second * _USABLE
        self._usable_shared = (when_shared or pictures_per_second * MOST_SHARED) * _USABLE
        self._lock = threading.Lock()
        self._replies = 0

    @property
    def replies(self) -> int:
        return self._replies

    @property
    def at_full_rate(self) -> int:
        """Replies at once with 25 drawn pictures a second each."""
        return int(self._usable / PICTURES_PER_SECOND + 1e-6)

    @property
    def most(self) -> int:
        """Replies at once. A device that was found too slow for one still tries: its operator asked for it."""
        shown = min(self._usable * MOST_SHARED, max(self._usable, self._usable_shared))
        return max(1, int(shown / PICTURES_PER_SECOND + 1e-6))

    @property
    def shared(self) -> int:
        """For how many pictures in a row a mouth that was drawn serves at the moment."""
        for shared in range(1, MOST_SHARED):
            if self._replies * PICTURES_PER_SECOND <= self._usable * shared + 1e-6:
                return shared
        return MOST_SHARED

    @contextmanager
    def reply(self) -> Iterator[None]:
        with self._lock:
            if self._replies >= self.most:
                raise WorkerError("at_capacity", f"{self._replies} faces are being drawn, as many as this device can")
            self._replies += 1
        try:
            yield
        finally:
            with self._lock:
                self._replies -= 1
