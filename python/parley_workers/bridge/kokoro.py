"""Kokoro, loaded for one text: the model of `model`, or of KOKORO_MODEL; without, what `npm run setup:local kokoro`
brought; without that, too, what Kokoro's own package fetches by `repo_id`.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import numpy as np

from ..speech.sound import RATE, floats
from .payload import Payload, PayloadError
from .places import brought, setting

DEFAULT_REPOSITORY = "hexgrad/Kokoro-82M"
DEFAULT_VOICE = "af_heart"
DEFAULT_SPLIT = r"\n+"
# As the gateway does it (src/engines/tts/worker-voice.ts): the engine takes no longer ones.
LONGEST_PIECE = 1000


def speak(payload: Payload) -> tuple[Any, int]:
    place = payload.wish("model") or setting("KOKORO_MODEL") or _brought(payload)
    return _with_model(payload, place) if place else _by_package(payload)


def _brought(payload: Payload) -> str | None:
    """If this Python can load it: whoever has only Kokoro's own package goes its way."""
    from ..engine import SettingsError
    from ..engines.kokoro.files import OnnxFiles, find_files

    if payload.wish("repo_id", DEFAULT_REPOSITORY) != DEFAULT_REPOSITORY:
        return None
    folder = brought("kokoro")
    try:
        files = find_files(folder, prefers_torch=payload.device not in ("cpu", "auto"))
    except SettingsError:
        return None
    needed = ("kokoro_onnx",) if isinstance(files, OnnxFiles) else ("kokoro", "torch")
    return str(folder) if all(find_spec(name) for name in needed) else None


def _with_model(payload: Payload, place: str) -> tuple[Any, int]:
    """The engine of the worker, which has loaded from there."""
    from ..engine import Chunk, Context, SettingsError, WorkerError
    from ..engines import kokoro

    settings = {
        "model": place,
        "device": payload.device,
        "repo_id": payload.wish("repo_id", DEFAULT_REPOSITORY),
        "language": payload.wish("lang_code"),
        "split_pattern": payload.wish("split_pattern", DEFAULT_SPLIT),
    }
    try:
        engine = kokoro.load(settings)
        voice = {"voice": payload.wish("voice", DEFAULT_VOICE), "speed": payload.speed}
        asked = (Chunk({"index": 0, **piece}) for piece in pieces(payload.text))
        said = engine.methods["speak"](voice, asked, _context(Context))
        pcm = b"".join(bytes(chunk.body) for chunk in said)
    except (SettingsError, WorkerError) as error:
        raise PayloadError(str(error)) from error
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


def _context(context: Any) -> Any:
    import threading

    return context(threading.Event(), lambda level, message, fields: None)


def _by_package(payload: Payload) -> tuple[Any, int]:
    from kokoro import KPipeline

    voice = payload.wish("voice", DEFAULT_VOICE) or DEFAULT_VOICE
    pipeline = KPipeline(
        lang_code=payload.wish("lang_code", voice[0]),
        repo_id=payload.wish("repo_id", DEFAULT_REPOSITORY),
        device=payload.device,
    )
    results = pipeline(
        payload.text, voice=voice, speed=payload.speed, split_pattern=payload.wish("split_pattern", DEFAULT_SPLIT)
    )
    parts = [floats(result.audio) for result in results if result.audio is not None]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.float32), RATE
