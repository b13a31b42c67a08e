"""How far a download is, of everything that is to come: on one line of a terminal, and as lines for whoever reads along."""

from __future__ import annotations

import sys

from .plan import Plan

BAR = 20


class Progress:
    def __init__(self, plan: Plan) -> None:
        self._sizes = {name: plan.sizes[name] for name in plan.missing}
        self._total = max(1, sum(self._sizes.values()))
        self._there: dict[str, int] = {}
        self._percent = -1

    def __call__(self, name: str, size: int) -> None:
        self._there[name] = size
        percent = min(100, sum(self._there.values()) * 100 // self._total)
        # A line that breaks takes a file back to where it was; nobody needs to see that.
        if percent <= self._percent:
            return
        self._percent = percent
        if sys.stdout.isatty():
            bar = "#" * (percent * BAR // 100)
            print(f"\r\x1b[K[{bar:{BAR}}] {percent:3d}%  {name}", end="", flush=True)
        else:
            print(f"{percent:3d}%  {name}", flush=True)

    def end(self) -> None:
        if sys.stdout.isatty() and self._percent >= 0:
            print()
