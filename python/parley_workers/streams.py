"""One stream as its worker sees it, between the thread that reads the wire and the thread that runs the method.

Knows credit, cancellation and the order of chunks; neither bytes nor engines.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator

from .engine import Cancelled, Chunk
from .frames import WireError
from .messages import MAX_CREDIT

# Chunks of input that may wait for the method.
INPUT_WINDOW = 8


class Stream:
    def __init__(self, stream: int, generation: int, credit: int, grant: Callable[[int], None]) -> None:
        self.stream = stream
        self.generation = generation
        self.cancelled = threading.Event()
        self._grant = grant
        self._changed = threading.Condition()
        self._input: deque[Chunk] = deque()
        self._input_ended = False
        self._input_open = INPUT_WINDOW
        self._taken = 0
        self._credit = credit
        self._on_cancel: list[Callable[[], None]] = []

    # Called by the reading thread; none of these waits.

    def receive(self, chunk: Chunk) -> None:
        with self._changed:
            if self._input_open == 0:
                raise WireError("a chunk beyond the credit that was granted")
            self._input_open -= 1
            self._input.append(chunk)
            self._changed.notify_all()

    def end_input(self) -> None:
        with self._changed:
            self._input_ended = True
            self._changed.notify_all()

    def grant(self, chunks: int) -> None:
        with self._changed:
            if self._credit + chunks > MAX_CREDIT:
                raise WireError(f"more than {MAX_CREDIT} chunks of credit")
            self._credit += chunks
            self._changed.notify_all()

    def cancel(self) -> None:
        with self._changed:
            self.cancelled.set()
            self._input.clear()
            self._changed.notify_all()
            told = self._on_cancel
            self._on_cancel = []
        for tell in told:
            tell()

    # Called by the method's thread.

    def on_cancel(self, tell: Callable[[], None]) -> None:
        """Told at once, by the reading thread; so it must not wait for anything."""
        with self._changed:
            if not self.cancelled.is_set():
                self._on_cancel.append(tell)
                return
        tell()

    def take_credit(self) -> None:
        """Before the next chunk is made, so that nothing is made that cannot be sent."""
        with self._changed:
            self._changed.wait_for(lambda: self._credit > 0 or self.cancelled.is_set())
            if self.cancelled.is_set():
                raise Cancelled
            self._credit -= 1

    def input(self) -> Iterator[Chunk]:
        while (chunk := self._take()) is not None:
            yield chunk

    def _take(self) -> Chunk | None:
        with self._changed:
            self._changed.wait_for(lambda: self._input or self._input_ended or self.cancelled.is_set())
            if self.cancelled.is_set():
                raise Cancelled
            if not self._input:
                return None
            chunk = self._input.popleft()
            self._taken += 1
            granted = self._taken if self._taken >= INPUT_WINDOW // 2 else 0
            if granted:
                self._taken = 0
                self._input_open += granted
        # Outside the lock: a write may have to wait for Parley, and the reading thread must not wait with it.
        if granted:
            self._grant(granted)
        return chunk


class Table:
    """Which generation each slot is in and who lives there. Used by the reading thread, and by methods as they end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._generations: dict[int, int] = {}
        self._living: dict[int, Stream] = {}

    @property
    def slots(self) -> int:
        return len(self._generations)

    def living(self) -> list[Stream]:
        with self._lock:
            return list(self._living.values())

    def begin(self, stream: Stream) -> None:
        with self._lock:
            if stream.generation <= self._generations.get(stream.stream, 0):
                raise WireError(f"stream {stream.stream} cannot begin generation {stream.generation}")
            earlier = self._living.get(stream.stream)
            self._generations[stream.stream] = stream.generation
            self._living[stream.stream] = stream
        if earlier is not None:
            raise WireError(f"stream {stream.stream} was opened while it was open")

    def find(self, number: int, generation: int) -> Stream | None:
        """None if that life is over. Raises WireError for a life that has never begun."""
        with self._lock:
            current = self._generations.get(number, 0)
            if generation > current:
                raise WireError(f"stream {number} has had no generation {generation} yet")
            return self._living.get(number) if generation == current else None

    def release(self, stream: Stream) -> bool:
        """False if its life had ended before: cancelled, or ended by itself."""
        with self._lock:
            if self._living.get(stream.stream) is not stream:
                return False
            del self._living[stream.stream]
            return True
