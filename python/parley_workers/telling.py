"""What an engine has to tell the operator outside of any stream: while it loads, or about all of them.

On stderr, where the gateway takes it for chatter of libraries, unless somebody takes it over: a worker sends it as a line
of the gateway's log that is seen at every level but the quietest.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

Tell = Callable[[str], None]


def _on_stderr(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


_taken_by: Tell = _on_stderr


def warn(message: str) -> None:
    _taken_by(message)


def take_over(tell: Tell) -> None:
    global _taken_by
    _taken_by = tell
