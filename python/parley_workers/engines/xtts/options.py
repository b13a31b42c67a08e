"""What the engine is told. What is left out is as the model's makers publish it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...engine import SettingsError

LICENCE = (
    "the weights of XTTS v2 are under the Coqui Public Model License, which allows no commercial use of the model or of "
    "what it says; its text is LICENSE.txt in huggingface.co/coqui/XTTS-v2; set COQUI_TOS_AGREED=1 if you agree"
)


@dataclass(frozen=True)
class Options:
    model: Path
    device: str
    # As XTTS writes it: two letters, and zh for Chinese.
    language: str
    # The speaker whom sessions hear that name nobody; None: any.
    voice: str | None
    # Tokens of sound, 46 ms each, between two pieces: fewer are heard sooner, and cost more.
    stream_chunk: int
    temperature: float
    length_penalty: float
    repetition_penalty: float
    top_k: int
    top_p: float
    threads: int | None
    # The same for every clause, so that it sounds the same every time: for tests.
    seed: int | None


def read_options(settings: dict[str, Any]) -> Options:
    if settings.get("agreed") is not True:
        raise SettingsError(LICENCE)
    model = settings.get("model")
    if not isinstance(model, str) or not model:
        raise SettingsError("model: expected the folder of XTTS's model")
    device = settings.get("device") or "auto"
    if not re.fullmatch(r"auto|cpu|mps|cuda(:\d+)?", str(device)):
        raise SettingsError(f"device {device!r}: expected auto, cpu, cuda, cuda:1 or mps")
    return Options(
        model=Path(model).expanduser(),
        device=str(device),
        language=_language(settings.get("language")),
        voice=settings.get("voice") or None,
        stream_chunk=_whole(settings, "stream_chunk", 5, 200) or 20,
        temperature=_number(settings, "temperature", 0.75, 0.01, 2),
        length_penalty=_number(settings, "length_penalty", 1.0, -10, 10),
        repetition_penalty=_number(settings, "repetition_penalty", 10.0, 1, 50),
        top_k=_whole(settings, "top_k", 1, 1000) or 50,
        top_p=_number(settings, "top_p", 0.85, 0.01, 1),
        threads=_whole(settings, "threads", 1, 1024),
        seed=_whole(settings, "seed", 0, 2**63 - 1),
    )


def _language(wanted: Any) -> str:
    """`en-US` is `en`: the model knows no countries."""
    return str(wanted or "en").lower().replace("_", "-").partition("-")[0]


def _whole(settings: dict[str, Any], name: str, least: int, most: int) -> int | None:
    value = settings.get(name)
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and least <= value <= most):
        return value
    raise SettingsError(f"{name} {value!r}: expected a whole number from {least} to {most}")


def _number(settings: dict[str, Any], name: str, usual: float, least: float, most: float) -> float:
    value = settings.get(name)
    if value is None:
        return usual
    if isinstance(value, (int, float)) and not isinstance(value, bool) and least <= value <= most:
        return float(value)
    raise SettingsError(f"{name} {value!r}: expected a number from {least} to {most}")
