"""The threads that run the model, one for each of its places, and the line in front of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from .line import Line, Turn


class Desk:
    def __init__(self, places: int, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._changed = threading.Condition()
        self._line = Line(places, now())
        self._began: dict[Turn, float] = {}
        self.places = places
        for n in range(places):
            threading.Thread(target=self._serve, name=f"hearing {n}", daemon=True).start()

    @property
    def waiting(self) -> int:
        return self._line.waiting

    def ask(self, work: Callable[[], Any], is_final: bool, tell: Callable[[], None]) -> Turn:
        turn = Turn(work, is_final, tell)
        with self._changed:
            self._line.join(turn)
            self._changed.notify_all()
        return turn

    def withdraw(self, turn: Turn) -> bool:
        """False if it has begun: a decoding cannot be broken off, only its result be left."""
        with self._changed:
            return self._line.leave(turn)

    def hung(self, longest_s: float) -> str | None:
        """Why a decoding will never end, as far as one can tell. Waits for nothing."""
        oldest = min(list(self._began.values()), default=None)
        if oldest is None or self._now() - oldest <= longest_s:
            return None
        return f"a decoding has taken more than {longest_s:.0f} s"

    def _serve(self) -> None:
        while True:
            turn = self._next()
            began = self._began[turn] = self._now()
            try:
                turn.value = turn.work()
            except BaseException as error:  # noqa: BLE001 - it is raised where the turn is waited for.
                turn.error = error
            with self._changed:
                del self._began[turn]
                self._line.done(turn, self._now() - began)
                self._changed.notify_all()
            turn.tell()

    def _next(self) -> Turn:
        with self._changed:
            while not isinstance(turn := self._line.next(self._now()), Turn):
                self._changed.wait(turn)
            return turn
