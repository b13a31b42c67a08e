"""Recordings that callers send, made into samples: the method `decode`. What comes is a stranger's file and goes through
C code, so it is done in a process that ends with the voice it is for.
"""

from __future__ import annotations

import resource
from typing import Any

from ...engine import Engine, SettingsError

# Far more than a minute of sound takes; a file that makes a decoder ask for more gets none. It writes no file at all.
MOST_MEMORY = 2 << 30
MOST_CPU_S = 120
LIMITS = {
    resource.RLIMIT_AS: MOST_MEMORY,
    resource.RLIMIT_CPU: MOST_CPU_S,
    resource.RLIMIT_FSIZE: 0,
}


def load(settings: dict[str, Any]) -> Engine:
    if settings:
        raise SettingsError(f"there is no setting {', '.join(sorted(settings))[:200]}")
    try:
        from .decode import decode
    except ImportError as error:
        raise SettingsError(
            f"recordings cannot be read here: {error}. `npm run setup:local whisper` mends it"
        ) from None
    for kind, most in LIMITS.items():
        _, hard = resource.getrlimit(kind)
        try:
            resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
        except (ValueError, OSError):
            pass  # Some systems have no such limit.
    return Engine(methods={"decode": decode})
