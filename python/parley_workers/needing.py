"""What an engine is loaded with: if its packages are not there, no other start will find them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from .engine import SettingsError


@contextmanager
def needing(engine: str, command: str) -> Iterator[None]:
    """`command` makes a Python that has them. Another one is named by the setting ENGINE_PYTHON."""
    try:
        yield
    except ImportError as error:
        what = f"has no module {error.name}" if isinstance(error, ModuleNotFoundError) else f"cannot load: {error}"
        raise SettingsError(
            f"failed to import {engine} dependencies: {sys.executable} {what}; `{command}` makes a Python that has "
            f"them, which is taken where {engine.upper()}_PYTHON names no other"
        ) from error
