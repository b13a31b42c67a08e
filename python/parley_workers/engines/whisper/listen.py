"""The method `listen`: PCM in as it is spoken; out come partial transcripts, and at the end what was said."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ...engine import Cancelled, Chunk, Context, Method, WorkerError
from .desk import Desk
from .measures import Measures
from .model import Model
from .sound import RATE
from .utterance import Heard, Utterance

MOST_OF_PROMPT = 2000


def listening(model: Model, desk: Desk, measures: Measures) -> Method:
    def listen(params: dict[str, Any], chunks: Iterator[Chunk], context: Context) -> Iterator[Chunk]:
        language, prompt = _text(params, "language"), plain_prompt(_text(params, "prompt"))

        def hear(sound: np.ndarray, language: str | None, again: bool) -> Heard:
            with measures.decoding(len(sound) / RATE, again):
                return model.hear(sound, language, prompt, again, lambda line: context.log("warn", line))

        utterance = Utterance(hear, model.language_of(language))
        caller = Caller(utterance, desk, context)
        context.on_cancel(caller.wake)
        threading.Thread(target=caller.read, args=(chunks,), name="reading", daemon=True).start()
        yield from caller.partials()
        was_known = utterance.is_heard
        caller.finish()
        measures.heard(was_known)
        yield Chunk({"kind": "final", "text": utterance.text})

    return listen


def plain_prompt(prompt: str | None) -> str | None:
    """It is a hint before every window (`hotwords`); `initial_prompt` would be one for the first. What looks like one of
    the model's own signs would be read as such.
    """
    plain = (prompt or "")[:MOST_OF_PROMPT].replace("<|", "< ").strip()
    return plain or None


def _text(params: dict[str, Any], name: str) -> str | None:
    value = params.get(name)
    if value is not None and not isinstance(value, str):
        raise WorkerError("internal", f"params.{name} must be text", retryable=False)
    return value


class Caller:
    """One stream: sound arrives in a thread of its own, so that it is known at once when the utterance has ended."""

    def __init__(self, utterance: Utterance, desk: Desk, context: Context) -> None:
        self._utterance, self._desk, self._context = utterance, desk, context
        self._changed = threading.Condition()
        self._ended = False
        self._failure: BaseException | None = None

    def read(self, chunks: Iterator[Chunk]) -> None:
        try:
            for chunk in chunks:
                self._utterance.sound.add(chunk.body)
                self.wake()
        except Cancelled:
            pass
        except BaseException as error:  # noqa: BLE001 - it is raised where the end is waited for.
            self._failure = error
        self._ended = True
        self.wake()

    def wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def partials(self) -> Iterator[Chunk]:
        """Until the utterance has ended, and nothing of it is being decoded."""
        told = ""
        while True:
            self._wait(lambda: self._ended or self._utterance.is_due)
            if self._ended:
                break
            self._decode(is_final=False)
            text = self._utterance.text
            if not self._ended and text not in ("", told):
                told = text
                yield Chunk({"kind": "partial", "text": text})
        if self._failure is not None:
            raise self._failure

    def finish(self) -> None:
        """A turn for each window: who has much to say does not keep others waiting for all of it."""
        while not self._utterance.is_heard:
            self._decode(is_final=True)

    def _decode(self, is_final: bool) -> None:
        turn = self._desk.ask(lambda: self._utterance.decode(is_final), is_final, self.wake)
        try:
            self._wait(lambda: turn.is_over or (self._ended and not is_final))
            if not is_final and self._desk.withdraw(turn):
                return
            self._wait(lambda: turn.is_over)
        finally:
            # A cancelled caller's turn need not come; one that has come is worked off for nobody.
            self._desk.withdraw(turn)
        turn.result()

    def _wait(self, until: Callable[[], bool]) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._context.cancelled or until())
        self._context.check()
