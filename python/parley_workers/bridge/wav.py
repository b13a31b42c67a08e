"""A WAV file: 16 bits, one channel. It has its name only when it is whole."""

from __future__ import annotations

import io
import os
import wave
from pathlib import Path
from typing import Any, BinaryIO

# Inside this process they lead to stderr (see __main__.py).
STDOUT = ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")


def write_wav(path: Path, sound: Any, rate: int, wanted: int, stdout: BinaryIO | None = None) -> float:
    """Gives its duration in seconds. Sound at another rate than the one that is wanted is resampled."""
    pcm = _pcm(sound, rate, wanted)
    content = _wav(pcm, wanted)
    if stdout is not None and str(path) in STDOUT:
        stdout.write(content)
    elif path.exists() and not path.is_file():
        # A pipe or a device has nothing that could be half written, and must stay what it is.
        path.write_bytes(content)
    else:
        _replace(path.resolve() if path.is_symlink() else path, content)
    return len(pcm) / 2 / wanted


def _replace(path: Path, content: bytes) -> None:
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        unfinished.write_bytes(content)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def _wav(pcm: bytes, rate: int) -> bytes:
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(pcm)
    return content.getvalue()


def _pcm(sound: Any, rate: int, wanted: int) -> bytes:
    # A text without words needs nothing but Python.
    if isinstance(sound, list) and not sound:
        return b""
    from ..speech.sound import floats, pcm16, resampled

    return pcm16(resampled(floats(sound), rate, wanted)).tobytes()
