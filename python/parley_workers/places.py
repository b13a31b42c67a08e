"""Things of which there are fewer than callers, as decoders and models: who comes first is served first."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from .engine import Context, WorkerError

T = TypeVar("T")
# How often somebody who waits looks whether he is still wanted; a cancel is expected to work within 50 ms.
LOOK_S = 0.04


class Places(Generic[T]):
    def __init__(self, things: list[T], most_wait_s: float, code: str, who: str) -> None:
        """`code` and `who` stand in the error of somebody who has waited too long: "all 4 listeners were busy"."""
        self._free = deque(things)
        self._queue: deque[object] = deque()
        self._changed = threading.Condition()
        self._most_wait_s = most_wait_s
        self._code = code
        self._who = who
        self._taken_at: dict[object, float] = {}
        self.count = len(things)

    @property
    def taken(self) -> int:
        return self.count - len(self._free)

    @property
    def waiting(self) -> int:
        return len(self._queue)

    def hung(self, longest_s: float) -> str | None:
        """Why somebody will never give his place back, as far as one can tell."""
        # A copy of the values in one step: whoever asks must not wait for the lock.
        oldest = min(list(self._taken_at.values()), default=None)
        if oldest is None or time.monotonic() - oldest <= longest_s:
            return None
        return f"one of {self.count} {self._who} has been at the same thing for more than {longest_s:.0f} s"

    @contextmanager
    def place(self, context: Context) -> Iterator[T]:
        thing = self._take(context)
        holder = object()
        self._taken_at[holder] = time.monotonic()
        try:
            yield thing
        finally:
            with self._changed:
                del self._taken_at[holder]
                self._free.append(thing)
                self._changed.notify_all()

    def _take(self, context: Context) -> T:
        ticket = object()
        until = time.monotonic() + self._most_wait_s
        with self._changed:
            self._queue.append(ticket)
            try:
                while not (self._free and self._queue[0] is ticket):
                    context.check()
                    if time.monotonic() >= until:
                        busy = f"all {self.count} {self._who} were busy for {self._most_wait_s} s"
                        raise WorkerError(self._code, busy)
                    self._changed.wait(LOOK_S)
                return self._free.popleft()
            finally:
                self._queue.remove(ticket)
                # Whoever is first now may find a free place, too.
                self._changed.notify_all()
