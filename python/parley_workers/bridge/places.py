"""Where `npm run setup:local` puts models: a payload that names none means those, if they are there."""

from __future__ import annotations

import os
from pathlib import Path

# Settings are as seen from there, for the gateway and here.
ROOT = Path(__file__).parents[3]

# The engines of the workers close the hub for their whole process. Here a package may fetch what is asked for by name,
# unless whoever started the script has closed it. It is looked at once, before any of them is read in.
HUB = os.environ.get("HF_HUB_OFFLINE")


def brought(name: str) -> Path:
    return ROOT / (os.environ.get("DATA_DIR") or "var") / "models" / name


def setting(name: str) -> str | None:
    value = os.environ.get(name)
    return str(ROOT / os.path.expanduser(value)) if value else None


def leave_hub_as_it_was() -> None:
    """To be called before a package that knows the hub is imported."""
    if HUB is None:
        os.environ.pop("HF_HUB_OFFLINE", None)
    else:
        os.environ["HF_HUB_OFFLINE"] = HUB
