"""Stand-ins for tests of Whisper's engine: a model that hears what it is told to, when it may, and a stream to hear by."""

from __future__ import annotations

import queue
import threading
import wave
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from parley_workers.engine import Chunk, Context, Method
from parley_workers.engines.whisper.sound import RATE

FIXTURE = Path(__file__).parents[1] / "fixtures/whisper"
HEARING = Path(__file__).parents[1] / "fixtures/hearing"
# Only a hang meets it.
HANG_S = 60.0


class FakeWhisper:
    """`errors` are raised first, one by one, where the library computes: when the segments are read. `texts` of windows,
    in order; the last goes on.
    """

    def __init__(self, *texts: str, languages: tuple[str, ...] = ("en",), errors: tuple[Exception, ...] = ()) -> None:
        self.supported_languages = list(languages)
        self.model = SimpleNamespace(compute_type="fake")
        self.detected = ("de", 0.9)
        self.likelihood = -0.1
        self.asked: list[dict[str, Any]] = []
        self.seconds: list[float] = []
        self.begun = queue.SimpleQueue[float]()
        self.may_go_on = threading.Semaphore(1000)
        self._texts, self._errors = list(texts or ("words",)), list(errors)

    def transcribe(self, sound: np.ndarray, **options: Any) -> tuple[Iterator[Any], Any]:
        self.asked.append(options)
        self.seconds.append(len(sound) / RATE)
        self.begun.put(len(sound) / RATE)
        assert self.may_go_on.acquire(timeout=HANG_S)
        language, probability = (options["language"], 1.0) if options["language"] else self.detected
        return self._parts(), SimpleNamespace(language=language, language_probability=probability)

    def _parts(self) -> Iterator[Any]:
        if self._errors:
            raise self._errors.pop(0)
        text = self._texts.pop(0) if len(self._texts) > 1 else self._texts[0]
        if text:
            yield SimpleNamespace(text=f" {text}", avg_logprob=self.likelihood, compression_ratio=1.0)

    def hold(self) -> None:
        """Nothing is decoded from now on, until may_go_on is released."""
        while self.may_go_on.acquire(blocking=False):
            pass


class Stream:
    """A method that runs in a thread of its own, as a worker runs it."""

    def __init__(self, method: Method, params: dict[str, Any] | None = None) -> None:
        self._cancelled, self._tells = threading.Event(), []
        self._input: queue.SimpleQueue[Chunk | None] = queue.SimpleQueue()
        self.output: queue.SimpleQueue[dict[str, Any] | BaseException | None] = queue.SimpleQueue()
        self.logged: list[tuple[str, str]] = []
        context = Context(self._cancelled, lambda level, line, _: self.logged.append((level, line)), self._tells.append)
        threading.Thread(target=self._run, args=(method, params or {}, context), daemon=True).start()

    def say(self, samples: np.ndarray) -> Stream:
        self._input.put(Chunk({}, samples.astype("<i2").tobytes()))
        return self

    def end(self) -> Stream:
        self._input.put(None)
        return self

    def cancel(self) -> None:
        self._cancelled.set()
        for tell in self._tells:
            tell()

    def next(self) -> dict[str, Any] | None:
        """What it gives next; None when it has ended. Raises what the method raised."""
        item = self.output.get(timeout=HANG_S)
        if isinstance(item, BaseException):
            raise item
        return item

    def rest(self) -> list[dict[str, Any]]:
        return list(iter(self.next, None))

    def _chunks(self) -> Iterator[Chunk]:
        return iter(self._input.get, None)

    def _run(self, method: Method, params: dict[str, Any], context: Context) -> None:
        try:
            for chunk in method(params, self._chunks(), context):
                self.output.put(chunk.data)
            self.output.put(None)
        except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for.
            self.output.put(error)


def voice(seconds: float, level: int = 3000) -> np.ndarray:
    """A tone: loud, as far as anybody looks."""
    return (level * np.sin(np.arange(int(seconds * RATE)) * 0.2)).astype("<i2")


def silence(seconds: float) -> np.ndarray:
    return np.zeros(int(seconds * RATE), "<i2")


def recording(name: str) -> np.ndarray:
    with wave.open(str(HEARING / f"{name}.wav")) as wav:
        return np.frombuffer(wav.readframes(wav.getnframes()), "<i2")
