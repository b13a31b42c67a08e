"""One text, said by an engine of the workers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from ..engine import Chunk, Context, Engine, EngineLost, SettingsError, WorkerError
from ..speech.device import torch_device
from ..speech.sound import RATE
from .payload import PayloadError

# As the gateway does it (src/engines/tts/worker-voice.ts): the engines take no longer ones.
LONGEST_PIECE = 1000


def said_by(engine: Engine, params: dict[str, Any], text: str) -> tuple[Any, int]:
    asked = (Chunk({"index": 0, **piece}) for piece in pieces(text))
    pcm = b"".join(bytes(chunk.body) for chunk in engine.methods["speak"](params, asked, nobody()))
    return np.frombuffer(pcm, dtype="<i2").astype(np.float32) / 32767, RATE


def pieces(text: str) -> Iterator[dict[str, Any]]:
    at = 0
    while at < len(text):
        end = _piece_end(text, at)
        yield {"from": at, "text": text[at:end], "last": end == len(text)}
        at = end


def _piece_end(text: str, at: int) -> int:
    """At a blank if there is one, so that no word is cut."""
    if len(text) - at <= LONGEST_PIECE:
        return len(text)
    blank = max(text.rfind(sign, at + 1, at + LONGEST_PIECE) for sign in " \n")
    return blank + 1 if blank > at else at + LONGEST_PIECE


def nobody() -> Context:
    """Nobody cancels, and there is no log."""
    return Context(threading.Event(), lambda level, message, fields: None)


@contextmanager
def refusing(what: str = "") -> Iterator[None]:
    """What engines refuse is told as it is; for a package that is missing there is a sentence of the scripts' own."""
    try:
        yield
    except (SettingsError, WorkerError, EngineLost) as error:
        if isinstance(error.__cause__, ImportError):
            raise error.__cause__ from None
        raise PayloadError(f"{what}{error}") from error


def place_of(device: str) -> str:
    """For a package that knows no `auto`."""
    with refusing():
        return device if device == "cpu" else torch_device(device)
