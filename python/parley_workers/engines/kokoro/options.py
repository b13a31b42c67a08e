"""What the engine is told, and what the first letter of a voice says about its language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...engine import SettingsError

DEFAULT_REPOSITORY = "hexgrad/Kokoro-82M"

# By the letter that a voice begins with: espeak's name for the language.
LANGUAGES = {
    "a": "en-us",
    "b": "en-gb",
    "e": "es",
    "f": "fr-fr",
    "h": "hi",
    "i": "it",
    "j": "ja",
    "p": "pt-br",
    "z": "cmn",
}
# How people write them otherwise; Kokoro's own letters stand for themselves.
ALIASES = {
    "en": "a",
    "en-us": "a",
    "en-gb": "b",
    "es": "e",
    "fr": "f",
    "fr-fr": "f",
    "hi": "h",
    "it": "i",
    "ja": "j",
    "pt": "p",
    "pt-br": "p",
    "zh": "z",
}


@dataclass(frozen=True)
class Options:
    model: Path
    device: str
    repository: str
    # One of LANGUAGES for every voice; None: each voice speaks its own.
    language: str | None
    split_pattern: str | None
    # The one that most will hear; None: any.
    voice: str | None
    threads: int | None


def read_options(settings: dict[str, Any]) -> Options:
    model = settings.get("model")
    if not isinstance(model, str) or not model:
        raise SettingsError("model: expected the folder or the file of Kokoro's model")
    device = settings.get("device") or "cpu"
    if not re.fullmatch(r"auto|cpu|mps|cuda(:\d+)?", str(device)):
        raise SettingsError(f"device {device!r}: expected auto, cpu, cuda, cuda:1 or mps")
    threads = settings.get("threads")
    if threads is not None and (not isinstance(threads, int) or isinstance(threads, bool) or threads < 1):
        raise SettingsError(f"threads {threads!r}: expected a whole number from 1")
    return Options(
        model=Path(model).expanduser(),
        device=str(device),
        repository=str(settings.get("repo_id") or DEFAULT_REPOSITORY),
        language=read_language(settings.get("language")),
        split_pattern=_pattern(settings.get("split_pattern")),
        voice=settings.get("voice") or None,
        threads=threads,
    )


def read_language(wanted: Any) -> str | None:
    if wanted in (None, ""):
        return None
    letter = ALIASES.get(str(wanted).lower().replace("_", "-"), str(wanted).lower())
    if letter not in LANGUAGES:
        raise SettingsError(f"language {wanted!r}: Kokoro speaks {', '.join(sorted([*LANGUAGES, *ALIASES]))}")
    return letter


def _pattern(wanted: Any) -> str | None:
    if wanted in (None, ""):
        return None
    try:
        re.compile(str(wanted))
    except re.error as error:
        raise SettingsError(f"split_pattern {wanted!r} is no regular expression: {error}") from error
    return str(wanted)
