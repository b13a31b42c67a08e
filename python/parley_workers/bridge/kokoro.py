"""Kokoro, loaded for one text: the model of `model`, or of KOKORO_MODEL; without, what `npm run setup:local kokoro`
brought; without that, too, what Kokoro's own package fetches by `repo_id`.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import numpy as np

from ..engine import SettingsError
from ..engines import kokoro
from ..engines.kokoro.files import OnnxFiles, find_files
from ..engines.kokoro.g2p import Phonemes
from ..engines.kokoro.options import DEFAULT_REPOSITORY, read_language
from ..engines.kokoro.voices import letter_of
from ..speech.device import first_line
from ..speech.sound import RATE, floats
from .payload import Payload, PayloadError
from .places import brought, leave_hub_as_it_was, setting
from .spoken import place_of, refusing, said_by
from .standard import tell

DEFAULT_VOICE = "af_heart"
DEFAULT_SPLIT = r"\n+"


def speak(payload: Payload) -> tuple[Any, int]:
    language = _language(payload)
    place = payload.wish("model") or setting("KOKORO_MODEL")
    if place and payload.wish("repo_id", DEFAULT_REPOSITORY) != DEFAULT_REPOSITORY:
        tell(
            f"not heeded: repo_id; the model is that of {'model' if payload.wish('model') else 'KOKORO_MODEL'}, {place}"
        )
    place = place or _brought(payload)
    return _with_model(payload, place, language) if place else _by_package(payload, language)


def _language(payload: Payload) -> str | None:
    """One of Kokoro's letters; None: the voice's own language."""
    wanted = payload.wish("lang_code")
    with refusing("lang_code: "):
        language = read_language(wanted)
    _check_read(language, f"lang_code {wanted!r}")
    return language


def _check_read(language: str | None, what: str) -> None:
    if language and (why := Phonemes(0).lacks(language)):
        raise PayloadError(f"{what}: {why}")


def _brought(payload: Payload) -> str | None:
    """If this Python can load it: whoever has only Kokoro's own package goes its way."""
    if payload.wish("repo_id", DEFAULT_REPOSITORY) != DEFAULT_REPOSITORY:
        return None
    folder = brought("kokoro")
    try:
        files = find_files(folder, prefers_torch=payload.device not in ("cpu", "auto"))
    except SettingsError:
        return None
    needed = ("kokoro_onnx",) if isinstance(files, OnnxFiles) else ("kokoro", "torch")
    return str(folder) if all(find_spec(name) for name in needed) else None


def _with_model(payload: Payload, place: str, language: str | None) -> tuple[Any, int]:
    """The engine of the worker, which has loaded from there."""
    settings = {
        "model": place,
        "device": payload.device,
        "repo_id": payload.wish("repo_id", DEFAULT_REPOSITORY),
        "language": language,
        "split_pattern": payload.wish("split_pattern", DEFAULT_SPLIT),
    }
    voice = {"voice": payload.wish("voice", DEFAULT_VOICE), "speed": payload.speed}
    with refusing():
        return said_by(kokoro.load(settings), voice, payload.text)


def _by_package(payload: Payload, language: str | None) -> tuple[Any, int]:
    leave_hub_as_it_was()
    from kokoro import KPipeline

    voice, repository = payload.wish("voice", DEFAULT_VOICE), payload.wish("repo_id", DEFAULT_REPOSITORY)
    language = language or letter_of(voice)
    _check_read(language, f"voice {voice!r}")
    device = place_of(payload.device)
    try:
        pipeline = KPipeline(lang_code=language, repo_id=repository, device=device)
        results = pipeline(
            payload.text, voice=voice, speed=payload.speed, split_pattern=payload.wish("split_pattern", DEFAULT_SPLIT)
        )
        parts = [floats(result.audio) for result in results if result.audio is not None]
    except ImportError:
        raise
    except Exception as error:
        why = f"{type(error).__name__}: {first_line(error)}"
        raise PayloadError(f"Kokoro's package could not say it as {voice} of {repository}: {why}") from error
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.float32), RATE
