"""A WAV file: 16 bits, one channel."""

from __future__ import annotations

import io
import wave
from typing import Any


def wav(sound: Any, rate: int, wanted: int) -> tuple[bytes, float]:
    """The file, and its duration in seconds. Sound at another rate than the one that is wanted is resampled."""
    from ..speech.sound import floats, pcm16, resampled

    return _file(pcm16(resampled(floats(sound), rate, wanted)).tobytes(), wanted)


def silent_wav(rate: int) -> tuple[bytes, float]:
    """A file without frames needs nothing but Python."""
    return _file(b"", rate)


def _file(pcm: bytes, rate: int) -> tuple[bytes, float]:
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(pcm)
    return content.getvalue(), len(pcm) / 2 / rate
