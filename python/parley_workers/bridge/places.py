"""Where `npm run setup:local` puts models: a payload that names none means those, if they are there."""

from __future__ import annotations

import os
from pathlib import Path

# Settings are as seen from there, for the gateway and here.
ROOT = Path(__file__).parents[3]


def brought(name: str) -> Path:
    return ROOT / (os.environ.get("DATA_DIR") or "var") / "models" / name


def setting(name: str) -> str | None:
    value = os.environ.get(name)
    return str(ROOT / Path(value).expanduser()) if value else None
