"""Where the sound goes: a file that has its name only when it is whole, a pipe or a device, or stdout."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .standard import write_all

# Inside this process they lead to stderr (see standard.py).
STDOUT = ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")


class OutputError(Exception):
    """A sentence: the sound cannot be put there."""


def check_output(path: Path) -> None:
    """Nobody should wait for speech that has no place."""
    if str(path) in STDOUT:
        return
    with _named(path):
        if path.is_dir():
            raise OutputError(f"output: {path} is a folder; expected the path of the file to write")
        if _is_special(path):
            return
        place = _place(path)
        if not place.parent.is_dir():
            raise OutputError(f"output: {place} cannot be written: there is no folder {place.parent}")
        unfinished = _unfinished(place)
        unfinished.touch(exist_ok=False)
        unfinished.unlink()


def put(path: Path, content: bytes, answer: int) -> None:
    with _named(path):
        if str(path) in STDOUT:
            write_all(answer, content)
        elif _is_special(path):
            path.write_bytes(content)
        else:
            _replace(_place(path), content)


def _is_special(path: Path) -> bool:
    """A pipe or a device has nothing that could be half written, and must stay what it is."""
    return path.exists() and not path.is_file()


def _place(path: Path) -> Path:
    """A link stays a link."""
    return path.resolve() if path.is_symlink() else path


def _unfinished(place: Path) -> Path:
    """Not made of the file's name: that may be as long as names can be."""
    return place.with_name(f".parley-{os.getpid()}-{secrets.token_hex(4)}")


def _replace(place: Path, content: bytes) -> None:
    unfinished = _unfinished(place)
    try:
        unfinished.write_bytes(content)
        os.replace(unfinished, place)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(f"output: {path} cannot be written: {error.strerror or error}") from error
    except RuntimeError as error:
        # What pathlib says of links that lead in a circle.
        raise OutputError(f"output: {path} cannot be written: {error}") from error
