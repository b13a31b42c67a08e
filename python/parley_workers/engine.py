"""What an engine is to its worker: a module with `load(settings) -> Engine`, and methods that are generators.

Knows nothing of the wire. A method runs in a thread of its own, one per stream; an engine whose device serves one at a
time keeps its own lock, or one thread that works on batches of all streams.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

Log = Callable[[str, str, dict[str, Any]], None]


@dataclass(frozen=True)
class Chunk:
    data: dict[str, Any] = field(default_factory=dict)
    # Copied when it is sent; at most 1 MB.
    body: bytes | memoryview = b""


class WorkerError(Exception):
    """Ends one stream with this code. Codes that src/errors.ts has are the caller's; others only reach the log."""

    def __init__(self, code: str, message: str, retryable: bool = True) -> None:
        super().__init__(message)
        self.code = code
        self.retryable = retryable


class SettingsError(Exception):
    """Raised while an engine loads: another start with the same settings would fail the same way."""


class EngineLost(Exception):
    """Raised by a method when no later call can succeed either, as after a CUDA error: the worker starts afresh."""


class Cancelled(BaseException):
    """Nobody wants the stream's output any more. No Exception, so that `except Exception` does not keep it alive."""


class Context:
    """What a method may ask of its stream. Look at it between steps: a cancel is expected to work within 50 ms."""

    def __init__(
        self,
        cancelled: threading.Event,
        log: Log,
        on_cancel: Callable[[Callable[[], None]], None] = lambda tell: None,
    ) -> None:
        self._cancelled = cancelled
        self._log = log
        self._on_cancel = on_cancel

    @property
    def cancelled(self) -> bool:
        return self._cancelled.is_set()

    def check(self) -> None:
        if self._cancelled.is_set():
            raise Cancelled

    def wait(self, seconds: float | None = None) -> None:
        """Sleeps; wakes up with Cancelled as soon as the stream is cancelled."""
        if self._cancelled.wait(seconds):
            raise Cancelled

    def on_cancel(self, tell: Callable[[], None]) -> None:
        """For a method that waits for something else than its input. `tell` must not wait: it is called by the thread
        that reads the wire."""
        self._on_cancel(tell)

    def log(self, level: str, message: str, **fields: Any) -> None:
        self._log(level, message, fields)


# The input ends with the iterator, or with Cancelled.
Method = Callable[[dict[str, Any], Iterator[Chunk], Context], Iterator[Chunk]]


@dataclass(frozen=True)
class Engine:
    """Loaded and warmed up."""

    methods: dict[str, Method]
    info: dict[str, Any] = field(default_factory=dict)
    # Numbers for the operator. Called by the thread that reads the wire, so it must not wait for anything.
    stats: Callable[[], dict[str, float]] | None = None
    # Why nothing will ever come of what it is at, if a library hangs: the worker starts afresh. Called as `stats` is.
    hung: Callable[[], str | None] | None = None


Loader = Callable[[dict[str, Any]], Engine]
