"""The two descriptors of the wire: taken away from everybody else, then read by one thread and written by many.

Knows bytes and threads, not messages.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import BinaryIO

FROM_PARLEY = 3
TO_PARLEY = 4


class Writer:
    """Whole frames, one after another. A write waits while Parley does not read; then nobody is in a hurry."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()

    def write(self, frame: bytes) -> None:
        rest = memoryview(frame)
        with self._lock:
            while rest:
                try:
                    rest = rest[os.write(self._descriptor, rest) :]
                except OSError:
                    # Parley is gone. The reading thread sees that as well, and ends the process.
                    return


def claim_descriptors() -> tuple[BinaryIO, Writer]:
    """Moves the wire to private descriptors that no child process inherits, and leaves /dev/null in their places.

    To be called before anything is imported that may print, start a process or close descriptors it does not know.
    """
    try:
        reading, writing = os.dup(FROM_PARLEY), os.dup(TO_PARLEY)
    except OSError:
        sys.exit("This is a worker of Parley. It speaks on descriptors 3 and 4, so only Parley can start it.")
    _keep_stdout_off(writing)
    nothing = os.open(os.devnull, os.O_RDWR)
    for place in (FROM_PARLEY, TO_PARLEY):
        os.dup2(nothing, place)
    os.close(nothing)
    os.set_blocking(reading, True)
    os.set_blocking(writing, True)
    return os.fdopen(reading, "rb", buffering=256 * 1024), Writer(writing)


def _keep_stdout_off(writing: int) -> None:
    """Whoever starts a worker by hand may have joined stdout and the wire; libraries print on stdout."""
    try:
        joined = os.path.sameopenfile(1, writing)
    except OSError:
        joined = True  # There is no stdout: the next file to be opened would become it.
    if joined:
        os.dup2(2, 1)
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(line_buffering=True)
