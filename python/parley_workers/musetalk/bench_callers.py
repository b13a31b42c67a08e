"""Callers who speak at the same time, as the gateway lets them: the worker's own replies, schedule and admission,
without the wire between.

An utterance's sound, two seconds, comes at once, as a voice makes it. Its pictures are taken one every 40 ms from the
moment at which the first was there, and no more than the worker's read-ahead are made before they are taken. The next
utterance begins when all are; callers begin at different times. A picture is late if it is made later than 40 ms times
its number after the first. In the end everybody cuts in, and the device's last batch with a picture of theirs is looked
for.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..engine import Chunk, WorkerError
from .admission import Admission
from .drawing import Drawing, Order, Pending, Shot
from .faces import Face
from .measures import percentile
from .reply import Reply
from .spec import PICTURE_MS, PICTURE_SAMPLES, PICTURES_PER_SECOND, SAMPLE_RATE
from .studio import Studio
from .windows import LOOK_AHEAD_PICTURES

_PICTURE_S = PICTURE_MS / 1000
_UTTERANCE = 2 * PICTURES_PER_SECOND
# Within this callers begin; what was done until then does not count.
_RAMP_S = 2.0
# After the last is taken, a cut-in's batches are over; a second is many of them.
_SETTLES_S = 1.0


@dataclass(frozen=True)
class Row:
    callers: int
    refused: int
    pictures_per_second: float
    batch_fill: float
    # For how many pictures a drawn mouth served, at most.
    shared: int
    first_p50_ms: float
    first_p95_ms: float
    late_p50_ms: float
    late_p99_ms: float
    # From a cut-in to the end of the last batch with a picture of that reply.
    cancel_worst_ms: float


@dataclass
class _Found:
    first: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    cancels: list[float] = field(default_factory=list)
    refused: int = 0
    shared: int = 1


class Watched:
    """A painter that remembers when the last batch with a picture of each reply was over."""

    def __init__(self, studio: Studio) -> None:
        self._painter = studio.painter
        self.over: dict[object, float] = {}

    def start(self, orders: Sequence[Order], size: int) -> Pending:
        return _WatchedPending(self, self._painter.start(orders, size), orders)


class _WatchedPending:
    def __init__(self, watched: Watched, pending: Pending, orders: Sequence[Order]) -> None:
        self._watched, self._pending, self._orders = watched, pending, orders

    def patches(self) -> Sequence[Sequence[np.ndarray | None]]:
        patches = self._pending.patches()
        now = time.monotonic()
        self._watched.over.update({order.deliver.__self__: now for order in self._orders})  # type: ignore[attr-defined]
        return patches


class TimedReply(Reply):
    """Remembers when each picture was made, and when the sound of the first one was there."""

    def __init__(self, face: Face, drawing: Drawing, admission: Admission) -> None:
        super().__init__(face, 0, drawing, lambda: admission.shared)
        self.made: dict[int, float] = {}
        self.heard_at = 0.0

    def deliver(self, shot: Shot, jpeg: bytes | None) -> None:
        self.made[shot.index] = time.monotonic()
        super().deliver(shot, jpeg)

    def sound(self, pictures: int) -> Iterator[Chunk]:
        for index in range(pictures):
            if index == LOOK_AHEAD_PICTURES:
                self.heard_at = time.monotonic()
            yield Chunk({}, _FRAMES[index % len(_FRAMES)])


class Calls:
    def __init__(self, studio: Studio, pictures_per_second: float, when_shared: float | None = None) -> None:
        self._studio = studio
        self._watched = Watched(studio)
        self._drawing = Drawing(self._watched, studio.warm.costs, studio.measures)
        self._rates = pictures_per_second, when_shared

    def run(self, callers: int, seconds: float) -> Row:
        found, admission = _Found(), Admission(*self._rates)
        began, ramp = time.monotonic(), min(_RAMP_S, seconds / 2)
        threads = [
            threading.Thread(
                target=self._call, args=(found, admission, began + at / callers * ramp, began + seconds), daemon=True
            )
            for at in range(callers)
        ]
        for thread in threads:
            thread.start()
        _sleep_until(began + ramp)
        before = self._counted()
        _sleep_until(began + seconds)
        pictures, drawn, places = (now - then for now, then in zip(self._counted(), before))
        for thread in threads:
            thread.join()
        return Row(
            callers, found.refused, pictures / (seconds - ramp), drawn / max(1, places), found.shared,
            *_ms(found.first, 0.5, 0.95), *_ms(found.late, 0.5, 0.99), *_ms(found.cancels, 1.0),
        )  # fmt: skip

    def _counted(self) -> tuple[int, int, int]:
        measures = self._studio.measures
        return measures.pictures, measures.drawn, measures.places

    def _call(self, found: _Found, admission: Admission, begins: float, until: float) -> None:
        _sleep_until(begins)
        try:
            with admission.reply():
                while time.monotonic() < until:
                    self._speak(found, admission, until)
        except WorkerError:
            found.refused += 1

    def _speak(self, found: _Found, admission: Admission, until: float) -> None:
        reply = TimedReply(self._studio.face, self._drawing, admission)
        listening = threading.Thread(target=reply.listen, args=(reply.sound(_UTTERANCE),), daemon=True)
        listening.start()
        try:
            for index, _ in enumerate(reply.pictures()):
                found.shared = max(found.shared, admission.shared)
                # It is taken from the worker when it is due, and not when it is there.
                _sleep_until(min(reply.made[0] + (index + 1) * _PICTURE_S, until))
                if time.monotonic() >= until:
                    break
        finally:
            left = time.monotonic()
            reply.leave()
        listening.join()
        self._count(found, reply, left, cut_in=left >= until)

    def _count(self, found: _Found, reply: TimedReply, left: float, cut_in: bool) -> None:
        made = sorted(reply.made.items())
        if made:
            first = made[0][1]
            found.first.append(first - reply.heard_at)
            found.late.extend(at - first - index * _PICTURE_S for index, at in made[1:])
        if cut_in:
            time.sleep(_SETTLES_S)
            found.cancels.append(max(0.0, self._watched.over.get(reply, left) - left))
        self._watched.over.pop(reply, None)


def _ms(seconds: Sequence[float], *shares: float) -> list[float]:
    return [percentile(seconds, share) * 1000 for share in shares]


def _sleep_until(moment: float) -> None:
    if (rest := moment - time.monotonic()) > 0:
        time.sleep(rest)


def _frames() -> list[bytes]:
    """Two seconds of something loud that changes, a frame for each picture."""
    t = np.arange(_UTTERANCE * PICTURE_SAMPLES) / SAMPLE_RATE
    swell = 0.3 + np.sin(np.pi * 4 * t) ** 2
    voice = sum(np.sin(2 * np.pi * tone * t) / number for number, tone in enumerate((150, 300, 700, 1800), 1))
    noise = np.random.default_rng(0).normal(0, 0.3, len(t))
    sound = (4000 * swell * (voice + noise)).clip(-32768, 32767).astype("<i2")
    return [frame.tobytes() for frame in sound.reshape(_UTTERANCE, PICTURE_SAMPLES)]


_FRAMES = _frames()
