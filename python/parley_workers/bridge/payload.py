"""What is asked for: one JSON object, with the names that scripts of this kind have always used."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .standard import tell

# What the engines speak at.
USUAL_RATE = 24_000
RATES = (8000, 192_000)
# What Kokoro and XTTS speak at: the engines take less for their least (SLOWEST in engines/*/speaker.py).
SPEEDS = (0.5, 2.0)
DEVICE = re.compile(r"auto|cpu|mps|cuda(:\d+)?")
# What no name and no path has: JSON can say halves of characters, and the end of a string of C's.
HALVES = re.compile("[\ud800-\udfff]")
UNFIT = re.compile("[\0\ud800-\udfff]")


class PayloadError(Exception):
    """A sentence for whoever wrote the payload."""


@dataclass(frozen=True)
class Payload:
    text: str
    output: Path
    sample_rate: int
    device: str
    speed: float
    # What only one of the engines knows; empty: whatever is usual.
    wishes: dict[str, str] = field(default_factory=dict)

    def wish(self, name: str, usual: str = "") -> str:
        return self.wishes.get(name) or usual


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
        tell(f"not heeded: {', '.join(strange)[:200]}; known: {', '.join(sorted(known))}")
    text = content.get("text")
    if not isinstance(text, str):
        raise PayloadError("text: expected a text")
    output = _text(content, "output")
    if not output:
        raise PayloadError("output: expected the path of the WAV file to write")
    device = _text(content, "device") or "cpu"
    if not DEVICE.fullmatch(device):
        raise PayloadError(f"device is {_shown(device)}: expected auto, cpu, cuda, cuda:1 or mps")
    return Payload(
        text=HALVES.sub(" ", text),
        output=Path(output),
        sample_rate=int(_number(content, "sample_rate", USUAL_RATE, RATES)),
        device=device,
        speed=_number(content, "speed", 1.0, SPEEDS),
        wishes={name: _text(content, name) for name in WISHES[engine]},
    )


def _object(raw: bytes, largest: int) -> dict[str, Any]:
    if len(raw) > largest:
        raise PayloadError(f"the payload is larger than {largest} bytes")
    try:
        content = json.loads(raw.decode("utf-8-sig"))
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
        raise PayloadError(f"{name} is {_shown(value)}: expected a number from {low:g} to {high:g}")
    return float(value)


def _text(content: dict[str, Any], name: str) -> str:
    """Empty if it is not there."""
    value = content.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise PayloadError(f"{name} is {_shown(value)}: expected a text")
    if UNFIT.search(value):
        raise PayloadError(f"{name} is {_shown(value)}: it has NUL or half a character in it, and must have neither")
    return value


def _shown(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 100 else f"{shown[:100]}..."
