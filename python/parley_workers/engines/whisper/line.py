"""Whose turn it is at the model. Who waits for the end of an utterance goes first, in order; what is heard of one that is
still being spoken gets what is left, and never more than a share of the time.

Knows neither threads nor clocks: times are told to it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

# Of the model's time. Partials cost as much as finals, and nobody's answer waits for one.
SHARE = 1 / 3
# What may be saved up: enough for one partial at once after a rest.
MOST_SAVED_S = 0.5
# Rounding may leave a billionth of a second to wait for, again and again.
SHORTEST_S = 0.005


@dataclass(eq=False)
class Turn:
    work: Callable[[], Any]
    # Somebody has stopped speaking and waits.
    is_final: bool
    # Called when it is over, by the thread that did it.
    tell: Callable[[], None]
    state: str = "waiting"
    value: Any = None
    error: BaseException | None = None

    @property
    def is_over(self) -> bool:
        return self.state == "over"

    def result(self) -> Any:
        if self.error is not None:
            raise self.error
        return self.value


class Line:
    def __init__(self, places: int, now: float, share: float = SHARE) -> None:
        self._finals: deque[Turn] = deque()
        self._partials: deque[Turn] = deque()
        # With two places or more, one is always left for a final.
        self._most_partials = max(1, places - 1)
        self._running_partials = 0
        self._rate = share * places
        self._saved, self._at = 0.0, now

    @property
    def waiting(self) -> int:
        return len(self._finals) + len(self._partials)

    def join(self, turn: Turn) -> None:
        (self._finals if turn.is_final else self._partials).append(turn)

    def leave(self, turn: Turn) -> bool:
        """False if its turn has come already."""
        if turn.state != "waiting":
            return False
        (self._finals if turn.is_final else self._partials).remove(turn)
        turn.state = "left"
        return True

    def next(self, now: float) -> Turn | float | None:
        """Who is next; or in how many seconds somebody will be; or None: when somebody joins or is done."""
        if self._finals:
            return self._begin(self._finals.popleft())
        if not self._partials or self._running_partials >= self._most_partials:
            return None
        self._saved = min(MOST_SAVED_S, self._saved + self._rate * (now - self._at))
        self._at = now
        if self._saved < 0:
            return max(SHORTEST_S, -self._saved / self._rate)
        self._running_partials += 1
        return self._begin(self._partials.popleft())

    def done(self, turn: Turn, seconds: float) -> None:
        turn.state = "over"
        if not turn.is_final:
            self._running_partials -= 1
            self._saved -= seconds

    def _begin(self, turn: Turn) -> Turn:
        turn.state = "running"
        return turn
