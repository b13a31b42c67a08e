"""One reply of one caller: sound in, orders to the drawing loop, patches out in order.

Two threads meet here: the one that reads the sound, and the method's, which gives the pictures away. Between them lie
at most `READ_AHEAD` pictures, so that a caller who cuts in has cost little.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator

import numpy as np

from ..engine import Cancelled, Chunk, WorkerError
from .admission import MOST_SHARED
from .drawing import Drawing, Order, Shot
from .faces import Face
from .hearing import Hearing
from .spec import PICTURE_MS, PICTURE_SAMPLES
from .windows import LOOK_AHEAD_PICTURES

# Pictures that may be under way beyond those that were given away: three of the largest batches between four callers.
READ_AHEAD = LOOK_AHEAD_PICTURES + 12
# So many pictures of an utterance go ahead of everybody's later ones: until they are there nothing can be heard.
FIRST_PICTURES = 4
# The gateway waits so long for an answer's first picture before the voice goes alone.
PATIENCE_S = 0.150
_PICTURE_S = PICTURE_MS / 1000
_LATE_STEP_S = 0.080


class Reply:
    def __init__(
        self,
        face: Face,
        base: int,
        drawing: Drawing,
        shared: Callable[[], int],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`shared`: for how many pictures in a row a drawn mouth is to serve at the moment."""
        self._clock = clock
        # When picture 0 left or would have left, by what has left until now: a pause moves it.
        self._start: float | None = None
        self._face = face
        self._base = base
        self._drawing = drawing
        self._shared = shared
        self._hearing = Hearing()
        self._ordered = 0
        # Pictures since the mouth was last at rest.
        self._moving = 0
        self._changed = threading.Condition()
        self._patches: dict[int, bytes | None] = {}
        self._given = 0
        self._length: int | None = None
        self._failure: BaseException | None = None
        drawing.enter(self)

    # The thread that reads the sound ---------------------------------------------------------------------------------

    def listen(self, chunks: Iterable[Chunk]) -> None:
        """Runs until the sound has ended. What goes wrong is told to the one who reads the pictures."""
        try:
            for chunk in chunks:
                self._keep_time(_released(chunk))
                self._hearing.push(_samples(chunk))
                self._order()
                self._wait_for_room()
            self._hearing.end()
            with self._changed:
                self._length = self._hearing.heard
            self._order()
            with self._changed:
                self._changed.notify_all()
        except BaseException as error:  # noqa: BLE001 - a Cancelled, too, has to reach the other thread.
            self.fail(error)

    def _order(self) -> None:
        """Everything that can be drawn now."""
        while shots := self._next_shots():
            self._ordered += len(shots)
            if not any(shot.motion > 0 for shot in shots):
                self._moving = 0
                self._hearing.pass_over(shots[-1].index)
                for shot in shots:
                    self.deliver(shot, None)
                continue
            window = self._hearing.window(shots[0].index)
            order = Order(self._face, window, shots, self.deliver, self.fail)
            self._drawing.submit(self, order, self._due(shots[0].index), self._moving < FIRST_PICTURES)
            self._moving += len(shots)

    def _next_shots(self) -> tuple[Shot, ...]:
        """Those that the next mouth is for; none, if their sound is not there yet."""
        first, ready = self._ordered, self._hearing.ready
        if first == ready:
            return ()
        count = max(self._shared(), self._pressed()) if self._hearing.motion(first) > 0 else 1
        last = min(first + count, ready)
        if last - first < count and self._length is None:
            return ()
        return tuple(self._shot(index) for index in range(first, last))

    def _shot(self, index: int) -> Shot:
        return Shot(index, self._face.picture_at(self._base + index), self._hearing.motion(index))

    def _keep_time(self, released: int | None) -> None:
        now = self._clock()
        if self._start is None:
            self._start = now
        elif released is not None:
            self._start = now - released * _PICTURE_S

    def _due(self, index: int) -> float:
        assert self._start is not None
        return self._start + PATIENCE_S + index * _PICTURE_S

    def _pressed(self) -> int:
        """A device that is slower than it was found to be at the start: the next picture to be given is late, and the
        more so, the more pictures have to share a mouth."""
        late = self._clock() - self._due(self._given)
        return 1 + min(MOST_SHARED - 1, max(0, int(late / _LATE_STEP_S)))

    def _wait_for_room(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._failure is not None or self._hearing.heard - self._given < READ_AHEAD)
            if self._failure is not None:
                raise self._failure

    # The drawing loop ------------------------------------------------------------------------------------------------

    def deliver(self, shot: Shot, jpeg: bytes | None) -> None:
        with self._changed:
            self._patches[shot.index] = jpeg
            self._changed.notify_all()

    def fail(self, error: BaseException) -> None:
        with self._changed:
            self._failure = self._failure or error
            self._changed.notify_all()

    # The method's thread ---------------------------------------------------------------------------------------------

    def pictures(self) -> Iterator[Chunk]:
        while (chunk := self._next()) is not None:
            yield chunk

    def leave(self) -> None:
        """No more pictures are wanted."""
        self.fail(Cancelled())
        self._drawing.drop(self)

    def _next(self) -> Chunk | None:
        with self._changed:
            index = self._given
            self._changed.wait_for(lambda: self._failure or index in self._patches or index == self._length)
            if self._failure is not None:
                raise self._failure
            if index == self._length:
                return None
            jpeg = self._patches.pop(index)
            self._given += 1
            self._changed.notify_all()
        return self._chunk(index, jpeg)

    def _chunk(self, index: int, jpeg: bytes | None) -> Chunk:
        base = (self._base + index) % self._face.loop
        if jpeg is None:
            return Chunk({"index": index, "base": base})
        left, top, right, bottom = self._face.place(base)
        place = {"x": left, "y": top, "width": right - left, "height": bottom - top}
        return Chunk({"index": index, "base": base, "place": place}, jpeg)


def _released(chunk: Chunk) -> int | None:
    """How many frames have left for the caller, if the gateway says so."""
    released = chunk.data.get("released")
    return released if type(released) is int and released >= 0 else None


def _samples(chunk: Chunk) -> np.ndarray:
    if len(chunk.body) != 2 * PICTURE_SAMPLES:
        raise WorkerError(
            "face_failed", f"a frame of {len(chunk.body)} bytes; a face takes {2 * PICTURE_SAMPLES}", False
        )
    return np.frombuffer(chunk.body, "<i2")
