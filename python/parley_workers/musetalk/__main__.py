"""`python -m parley_workers.musetalk COMMAND`: what is done once, or by hand. The worker itself is started by
Parley.
"""

from __future__ import annotations

import importlib
import sys

COMMANDS = {
    "fetch": ("parley_workers.musetalk.fetch", "gets the models and converts them"),
    "prepare": ("parley_workers.musetalk.prepare.command", "makes an avatar of a video or a photo"),
    "bench": ("parley_workers.musetalk.bench", "measures what this device can do"),
}


def main(argv: list[str]) -> int:
    if not argv or argv[0] not in COMMANDS:
        print("python -m parley_workers.musetalk COMMAND [--help]", file=sys.stderr)
        for name, (_, about) in COMMANDS.items():
            print(f"  {name:10}{about}", file=sys.stderr)
        return 2
    module, _ = COMMANDS[argv[0]]
    return importlib.import_module(module).main(argv[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
