"""Work on a thread of its own, as fast as that goes, for a reader who takes it as slowly as he likes.

A caller is sent at most a few seconds more than he has heard. If a clause held the model until its last piece was taken,
one caller would keep it for as long as he listens.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, wait
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TypeVar

from ...engine import Cancelled, Context

T = TypeVar("T")


@dataclass(frozen=True)
class Ended:
    error: BaseException | None


def ahead(
    thread: Executor, work: Callable[[Callable[[T], None], Callable[[], None]], None], context: Context
) -> Iterator[T]:
    """`work` is given `put`, and `check`, which raises Cancelled once nobody reads any more. When the iterator is closed
    the work is over."""
    pieces: SimpleQueue[T | Ended] = SimpleQueue()
    left = threading.Event()

    def check() -> None:
        context.check()
        if left.is_set():
            raise Cancelled

    def run() -> None:
        try:
            work(pieces.put, check)
            pieces.put(Ended(None))
        except BaseException as error:  # noqa: BLE001 - it is raised where the pieces are read.
            pieces.put(Ended(error))

    done = thread.submit(run)
    try:
        while not isinstance(piece := pieces.get(), Ended):
            yield piece
        if piece.error is not None:
            raise piece.error
    finally:
        left.set()
        wait([done])
