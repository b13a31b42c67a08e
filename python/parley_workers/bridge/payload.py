"""What is asked for: one JSON object, with the names that scripts of this kind have always used."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

RATES = (8000, 192_000)
# What Kokoro and XTTS can be understood at.
SPEEDS = (0.25, 2.0)


class PayloadError(Exception):
    """A sentence for whoever wrote the payload."""


@dataclass(frozen=True)
class Payload:
    text: str
    output: Path
    sample_rate: int
    device: str
    speed: float
    # What only one of the engines knows, as it came.
    wishes: dict[str, Any] = field(default_factory=dict)

    def wish(self, name: str, usual: str | None = None) -> str | None:
        value = self.wishes.get(name)
        if value in (None, ""):
            return usual
        if not isinstance(value, str):
            raise PayloadError(f"{name} is {value!r}: expected a text")
        return value


# By engine: the names that are known beside those that all have.
WISHES = {
    "kokoro": ("repo_id", "lang_code", "voice", "split_pattern", "model"),
    "coqui": ("model_name", "language", "speaker_wav", "speaker"),
}
COMMON = ("text", "output", "sample_rate", "device", "speed")


def read_payload(engine: str, raw: bytes, largest: int) -> Payload:
    content = _object(raw, largest)
    known = {*COMMON, *WISHES[engine]}
    if strange := sorted(set(content) - known):
        # A script may be newer or older than this file; a slip should be seen all the same.
        told = f"not heeded: {', '.join(strange)[:200]}; known: {', '.join(sorted(known))}"
        print(told, file=sys.stderr, flush=True)
    text = content.get("text")
    if not isinstance(text, str):
        raise PayloadError("text: expected a text")
    output = content.get("output")
    if not isinstance(output, str) or not output:
        raise PayloadError("output: expected the path of the WAV file to write")
    return Payload(
        text=text,
        output=Path(output),
        sample_rate=int(_number(content, "sample_rate", 24_000, RATES)),
        device=_text(content, "device", "cpu"),
        speed=_number(content, "speed", 1.0, SPEEDS),
        wishes={name: content[name] for name in WISHES[engine] if name in content},
    )


def _object(raw: bytes, largest: int) -> dict[str, Any]:
    if len(raw) > largest:
        raise PayloadError(f"the payload is larger than {largest} bytes")
    try:
        content = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise PayloadError(f"stdin: expected one JSON object: {error}") from error
    if not isinstance(content, dict):
        raise PayloadError("stdin: expected one JSON object")
    return content


def _number(content: dict[str, Any], name: str, usual: float, bounds: tuple[float, float]) -> float:
    value = content.get(name)
    if value is None:
        return usual
    low, high = bounds
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise PayloadError(f"{name} is {value!r}: expected a number from {low:g} to {high:g}")
    return float(value)


def _text(content: dict[str, Any], name: str, usual: str) -> str:
    value = content.get(name)
    if value in (None, ""):
        return usual
    if not isinstance(value, str):
        raise PayloadError(f"{name} is {value!r}: expected a text")
    return value
