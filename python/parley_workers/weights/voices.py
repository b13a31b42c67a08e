"""Kokoro's voices, published one by one as bare numbers, put into the one file that kokoro-onnx reads."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from ..hub import FetchError, HubFile, sha256
from .fetching import say
from .record import RECORD, Made, read_record, write_record

# A row of 256 numbers for every length of a text.
SHAPE = (510, 1, 256)
VOICE_BYTES = 510 * 256 * 4


def check_voices(folder: Path, files: Sequence[HubFile], accept_new: bool) -> None:
    """Before anything is fetched: whether what is here is what was made here."""
    target = _target(files)
    if target is None or accept_new or not (folder / target).exists():
        return
    path, known = folder / target, read_record(folder).made.get(target)
    if known is None:
        raise FetchError(f"{path} was not made here; move it away, or replace it with --accept-new")
    if path.stat().st_size != known.bytes or sha256(path) != known.sha256:
        raise FetchError(f"{path} is not what was made (its hash differs from {RECORD}); remove it to make it again")


def join_voices(folder: Path, files: Sequence[HubFile]) -> None:
    """The single ones go when the file of all is whole."""
    target = _target(files)
    sources = [file.local for file in files if file.made == target]
    if target is None or not any((folder / source).exists() for source in sources):
        return
    path = folder / target
    _join(folder, sources, path)
    record = read_record(folder)
    record.made[target] = Made(sources, sha256(path), path.stat().st_size)
    write_record(folder, record)
    for source in sources:
        (folder / source).unlink()
    say(f"{target} is made of {len(sources)} voices")


def _target(files: Sequence[HubFile]) -> str | None:
    return next((file.made for file in files if file.made is not None), None)


def _join(folder: Path, sources: Sequence[str], path: Path) -> None:
    try:
        import numpy as np
    except ImportError as error:
        raise FetchError(f"{error}: python -m pip install numpy") from error
    tables = {}
    for source in sources:
        content = (folder / source).read_bytes()
        if len(content) != VOICE_BYTES:
            raise FetchError(f"{folder / source} has {len(content)} bytes, and a voice has {VOICE_BYTES}")
        # Little-endian, whatever the machine is.
        table = np.frombuffer(content, "<f4").reshape(SHAPE)
        if not np.isfinite(table).all():
            raise FetchError(f"{folder / source} is no voice: not all of it are numbers")
        tables[Path(source).stem] = table
    unfinished = path.with_name(path.name + ".unfinished")
    try:
        with unfinished.open("wb") as content:
            np.savez(content, **tables)
    except OSError as error:
        raise FetchError(f"{path} cannot be written: {error.strerror}") from error
    os.replace(unfinished, path)
