"""Stdin, stdout and stderr of a script: stdout is for the answer alone, and one that is closed harms nobody."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass

STDIN, STDOUT, STDERR = range(3)


@dataclass(frozen=True)
class Standard:
    # Those of the three that nobody has opened.
    missing: frozenset[int]
    # Where stdout led; nobody else writes there.
    answer: int


def claim_standard() -> Standard:
    """Descriptor 1 leads to stderr from here on, for Python and for native libraries alike."""
    missing = _fill()
    sys.stdin = sys.stdin or os.fdopen(STDIN, closefd=False)
    sys.stdout = sys.stdout or os.fdopen(STDOUT, "w", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(STDERR, "w", closefd=False)
    sys.stdout.flush()
    answer = os.dup(STDOUT)
    os.dup2(STDERR, STDOUT)
    return Standard(missing, answer)


def _fill() -> frozenset[int]:
    """A file that is opened takes the first place that is free: in that of stderr it would get what libraries print."""
    missing = set()
    while (place := os.open(os.devnull, os.O_RDWR)) <= STDERR:
        # As they always are: a process that a library starts expects all three.
        os.set_inheritable(place, True)
        missing.add(place)
    os.close(place)
    return frozenset(missing)


def write_all(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def tell(sentence: str) -> None:
    try:
        print(sentence, file=sys.stderr, flush=True)
    except OSError:
        pass  # Nobody hears it; the exit code says the same.
