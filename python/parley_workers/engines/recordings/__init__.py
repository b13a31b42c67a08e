"""Recordings that callers send, made into samples: the method `decode`. What comes is a stranger's file and goes through
C code, so it is done in a process that ends with the voice it is for.
"""

from __future__ import annotations

import importlib
import pkgutil
import resource
from types import ModuleType
from typing import Any

from ...engine import Engine, SettingsError

# Far more than a minute of sound takes; a file that makes a decoder ask for more gets none. It writes no file at all, and
# opens none, nor a socket: what it needs has been read in, and what it is sent comes over descriptors that it has.
MOST_MEMORY = 2 << 30
MOST_CPU_S = 120
LIMITS = {
    resource.RLIMIT_AS: MOST_MEMORY,
    resource.RLIMIT_CPU: MOST_CPU_S,
    resource.RLIMIT_FSIZE: 0,
    resource.RLIMIT_NOFILE: 0,
}


def load(settings: dict[str, Any]) -> Engine:
    if settings:
        raise SettingsError(f"there is no setting {', '.join(sorted(settings))[:200]}")
    try:
        import av

        from .decode import decode

        read_in(av)
    except ImportError as error:
        raise SettingsError(
            f"recordings cannot be read here: {error}. `npm run setup:local whisper` mends it"
        ) from None
    for kind, most in LIMITS.items():
        limit(kind, most)
    return Engine(methods={"decode": decode})


def read_in(package: ModuleType) -> None:
    """All of it: parts that it would look for when a file needs them could not be opened any more."""
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not module.name.endswith((".__main__", ".datasets")):
            importlib.import_module(module.name)


def limit(kind: int, most: int) -> None:
    """For good: whoever takes this process over must not raise it again. What is lower already stays."""
    set_before = [value for value in resource.getrlimit(kind) if value != resource.RLIM_INFINITY]
    least = min([most, *set_before])
    try:
        resource.setrlimit(kind, (least, least))
    except (ValueError, OSError):
        pass  # Some systems have no such limit.
