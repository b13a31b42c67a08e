#!/usr/bin/env python3
"""One text in, one WAV out: `python3 python/kokoro_bridge.py < payload.json` (docs/voices.md#one-text-one-file)."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from parley_workers.bridge.__main__ import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main(["kokoro"]))
