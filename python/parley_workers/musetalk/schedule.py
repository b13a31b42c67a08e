"""Which pictures are drawn next. All callers' pictures lie in one heap; the one that is due first is drawn first, and
those that begin an utterance before all others. Plain data and a clock that is passed in: no threads, no torch.

Sizes of batches are few, because each one is warmed up by itself; what is missing to one is drawn for nobody.
"""

from __future__ import annotations

import heapq
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Generic, TypeVar

# What a picture that is not urgent waits for company.
PATIENCE_S = 0.010
# Whoever is this close to being late waits for nobody.
NEARLY_LATE_S = 0.060
# What leaves for a caller is heard up to 400 ms later, and 150 of them are in `due` already. A picture that misses even
# that is not worth the device's time.
LOST_S = 0.250

Work = TypeVar("Work")


@dataclass(order=True)
class Unit(Generic[Work]):
    """One picture. Ordered as it is to be drawn."""

    later: bool
    due: float
    number: int
    stream: Hashable = field(compare=False)
    added: float = field(compare=False)
    work: Work = field(compare=False)


@dataclass(frozen=True)
class Batch(Generic[Work]):
    units: list[Unit[Work]]
    # At least as many as there are units; the models run on so many.
    size: int


class Schedule(Generic[Work]):
    def __init__(self, costs: Mapping[int, float]) -> None:
        """`costs`: for each size of a batch how many seconds it takes, as measured at start."""
        self._costs = dict(sorted(costs.items()))
        self._heap: list[Unit[Work]] = []
        self._streams: set[Hashable] = set()
        self._numbers = count()

    def __len__(self) -> int:
        return len(self._heap)

    def enter(self, stream: Hashable) -> None:
        """Before its first picture; `drop` comes after its last."""
        self._streams.add(stream)

    def has(self, stream: Hashable) -> bool:
        return stream in self._streams

    def add(self, stream: Hashable, work: Work, now: float, due: float, first: bool) -> None:
        """`first`: an utterance begins with it. Nothing happens if the stream was dropped: its sound may still be read
        by another thread.
        """
        if stream in self._streams:
            unit = Unit(not first, due, next(self._numbers), stream, now, work)
            heapq.heappush(self._heap, unit)

    def lost(self, now: float) -> list[Unit[Work]]:
        """Pictures that nobody would see any more, were they begun now; they are not in the schedule from now on."""
        seen = now + min(self._costs.values()) - LOST_S
        lost = [unit for unit in self._heap if unit.due < seen]
        if lost:
            self._heap = [unit for unit in self._heap if unit.due >= seen]
            heapq.heapify(self._heap)
        return lost

    def drop(self, stream: Hashable) -> int:
        """Nobody wants the stream's pictures any more. How many are not drawn for it."""
        self._streams.discard(stream)
        kept = [unit for unit in self._heap if unit.stream != stream]
        dropped = len(self._heap) - len(kept)
        if dropped:
            heapq.heapify(kept)
            self._heap = kept
        return dropped

    def oldest(self, now: float) -> float:
        """How long the longest waiting picture has waited."""
        return max((now - unit.added for unit in self._heap), default=0.0)

    def take(self, now: float) -> Batch[Work] | float | None:
        """The next batch; or in how many seconds to ask again, because company may come; or None: there is nothing."""
        if not self._heap:
            return None
        most = max(self._costs)
        if len(self._heap) < most and (rest := self._patience(now)) > 0:
            return rest
        taken, size = self._fill(min(len(self._heap), most))
        return Batch([heapq.heappop(self._heap) for _ in range(taken)], size)

    def _patience(self, now: float) -> float:
        first = self._heap[0]
        if not first.later or first.due - now < NEARLY_LATE_S:
            return 0.0
        return PATIENCE_S - self.oldest(now)

    def _fill(self, waiting: int) -> tuple[int, int]:
        """How many pictures to take, and the size to draw them in: padded up if that is cheaper than two batches."""
        up = min(size for size in self._costs if size >= waiting)
        smaller = [size for size in self._costs if size < waiting]
        if up == waiting or not smaller:
            return waiting, up
        down = smaller[-1]
        rest = min(size for size in self._costs if size >= waiting - down)
        if self._costs[down] + self._costs[rest] < self._costs[up]:
            return down, down
        return waiting, up
