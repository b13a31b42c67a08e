"""What to do where a package is missing."""

from __future__ import annotations

import sys
from importlib.util import find_spec

from .places import ROOT

PACKAGES = {"kokoro": "kokoro soxr", "coqui": "coqui-tts torch torchaudio torchcodec av soxr"}
# Where the set-up installs them, as seen from the root.
ENVIRONMENTS = {"kokoro": "var/speech", "coqui": "var/coqui"}


def how_to_install(engine: str, error: ImportError) -> str:
    """Begins with what is missing."""
    command = f"npm run setup:local {engine}"
    if error.name in ("kokoro", "torch") and find_spec("kokoro_onnx") is not None:
        # This environment has been made by that command, for the other runtime.
        command += " -- --torch"
    ways = [f"install them: {command}", f"python3 -m pip install {PACKAGES[engine]}"]
    environment = ROOT / ENVIRONMENTS[engine]
    if (environment / "bin/python").exists() and sys.prefix != str(environment):
        ways.insert(0, f"run it with {environment / 'bin/python'}")
    what = str(error).partition("\n")[0]
    return f"{what}; {', or '.join(ways)}"
