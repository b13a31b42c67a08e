"""The one loop that keeps the device busy: takes what is most urgent, lets it be painted, and gives each reply its
patches.

Two threads. One takes batches from the schedule and starts them; the other waits for their pixels and has them encoded
and delivered. So while patches are encoded the device works on the next batch. Knows neither models nor torch: what
paints is passed in.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from .jpeg import encode_rgb
from .measures import Measures
from .schedule import Batch, Schedule, Unit

# A patch takes about a millisecond to encode, without the interpreter; one after the other, the last one of sixteen
# would come half a picture late.
ENCODERS = 4


@dataclass(frozen=True)
class Shot:
    """One picture of a reply: which of the avatar's pictures it lies on, and how much of the drawn mouth shows."""

    index: int
    picture: int
    motion: float


@dataclass(frozen=True)
class Order:
    """One mouth, drawn from one window of sound, for one picture or, when there is much to do, for several in a row."""

    face: Any
    window: np.ndarray
    shots: tuple[Shot, ...]
    # Told of each shot's patch, of None where none could be drawn, or of what went wrong with the device.
    deliver: Callable[[Shot, bytes | None], None]
    fail: Callable[[Exception], None]


class Pending(Protocol):
    """A batch that the device works on."""

    def patches(self) -> Sequence[Sequence[np.ndarray | None]]:
        """Waits. For each order the pixels of its shots; None: the model gave none that can be shown."""
        ...


class Painter(Protocol):
    def start(self, orders: Sequence[Order], size: int) -> Pending: ...


@dataclass(frozen=True)
class _Started:
    batch: Batch[Order]
    pending: Pending
    began: float


class Drawing:
    def __init__(
        self,
        painter: Painter,
        costs: Mapping[int, float],
        measures: Measures,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._painter = painter
        self._clock = clock
        self._schedule: Schedule[Order] = Schedule(costs)
        self._most = max(costs)
        self._measures = measures
        self._changed = threading.Condition()
        self._in_flight = 0
        self._encoders = ThreadPoolExecutor(ENCODERS, thread_name_prefix="encoding")
        self._started: queue.SimpleQueue[_Started] = queue.SimpleQueue()
        threading.Thread(target=self._take_batches, name="drawing", daemon=True).start()
        threading.Thread(target=self._finish_batches, name="finishing", daemon=True).start()

    def enter(self, stream: object) -> None:
        """Before its first order. Whoever enters has to be dropped in the end."""
        with self._changed:
            self._schedule.enter(stream)

    def submit(self, stream: object, order: Order, due: float, first: bool) -> None:
        """`due`: when its first picture should be there, by the clock that time.monotonic() is. `first`: an utterance
        begins with it.
        """
        with self._changed:
            self._schedule.add(stream, order, self._clock(), due, first)
            self._changed.notify_all()

    def drop(self, stream: object) -> None:
        """Nobody wants the stream's pictures any more. Those that wait are not drawn; those in work are not encoded."""
        with self._changed:
            self._measures.dropped += self._schedule.drop(stream)
            self._changed.notify_all()

    @property
    def waiting(self) -> int:
        return len(self._schedule)

    @property
    def oldest(self) -> float:
        """For how many seconds the oldest picture has waited: on a device that hangs, ever longer."""
        return self._schedule.oldest(self._clock())

    # The drawing thread ----------------------------------------------------------------------------------------------

    def _take_batches(self) -> None:
        while True:
            batch = self._next()
            if not isinstance(batch, Batch):
                self._leave_out(batch)
                continue
            began = self._clock()
            try:
                pending = self._painter.start([unit.work for unit in batch.units], batch.size)
            except Exception as error:  # noqa: BLE001 - whatever it is, these pictures' readers must hear of it.
                self._over(batch, error)
            else:
                self._started.put(_Started(batch, pending, began))

    def _next(self) -> Batch[Order] | list[Unit[Order]]:
        """What is drawn next, or what has become too late for that."""
        with self._changed:
            while True:
                if self._in_flight < self._depth():
                    now = self._clock()
                    if lost := self._schedule.lost(now):
                        return lost
                    taken = self._schedule.take(now)
                    if isinstance(taken, Batch):
                        self._in_flight += 1
                        self._measures.began(taken, now)
                        return taken
                    self._changed.wait(taken)
                else:
                    self._changed.wait()

    def _leave_out(self, lost: list[Unit[Order]]) -> None:
        for unit in lost:
            self._measures.lost += len(unit.work.shots)
            for shot in unit.work.shots:
                unit.work.deliver(shot, None)

    def _depth(self) -> int:
        """A second batch behind the one in work spares the device a pause, but whatever comes now has to wait for
        both.
        """
        return 2 if len(self._schedule) >= self._most else 1

    # The finishing thread --------------------------------------------------------------------------------------------

    def _finish_batches(self) -> None:
        while True:
            started = self._started.get()
            try:
                patches = started.pending.patches()
            except Exception as error:  # noqa: BLE001 - as above.
                self._over(started.batch, error)
                continue
            self._measures.busy_s += self._clock() - started.began
            self._release()
            self._deliver(started.batch, patches)

    def _deliver(self, batch: Batch[Order], patches: Sequence[Sequence[np.ndarray | None]]) -> None:
        """Returns when all are delivered: batches do not overtake each other."""
        list(self._encoders.map(self._deliver_one, batch.units, patches))

    def _deliver_one(self, unit: Unit[Order], pictures: Sequence[np.ndarray | None]) -> None:
        order = unit.work
        with self._changed:
            if not self._schedule.has(unit.stream):
                self._measures.dropped += len(order.shots)
                return
        try:
            for shot, pixels in zip(order.shots, pictures):
                jpeg = None if pixels is None else encode_rgb(pixels, order.face.quality)
                self._measures.delivered(self._clock() - unit.due)
                order.deliver(shot, jpeg)
        except Exception as error:  # noqa: BLE001 - this picture's reader must hear of it, and nobody else.
            order.fail(error)

    def _over(self, batch: Batch[Order], error: Exception) -> None:
        self._release()
        for unit in batch.units:
            unit.work.fail(error)

    def _release(self) -> None:
        with self._changed:
            self._in_flight -= 1
            self._changed.notify_all()
