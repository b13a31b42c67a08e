"""The same pictures drawn in every way that options.py knows, each in a process of its own: one that fails, or whose
compiler takes too long, spoils nothing but its own line.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .studio import Studio

# Alone, a few, many. Whoever compiles does it for each size anew.
_SIZES = {"cuda": [1, 4, 16], "cpu": [1, 4]}


@dataclass(frozen=True)
class Variant:
    name: str
    precision: str = "fp16"
    options: dict[str, Any] | None = None


# Short ones first: the time is limited.
ON_GPU = (
    Variant("fp16, recorded (as it is)"),
    Variant("fp16, not recorded", options={"graphs": False}),
    Variant("bf16", "bf16"),
    Variant("not channels last", options={"channels_last": False}),
    Variant("own group norm", options={"plain_norms": True}),
    Variant("search for algorithms", options={"search": True}),
    Variant("search, own group norm", options={"search": True, "plain_norms": True}),
    Variant("lower half", options={"decoder": "lower"}),
    Variant("lower half, search, own group norm", options={"decoder": "lower", "search": True, "plain_norms": True}),
    Variant("small decoder", options={"decoder": "small"}),
    Variant("batches of 24 and 32", options={"sizes": [1, 24, 32]}),
    Variant("compiled", options={"compiled": True, "sizes": [1, 16]}),
    Variant("compiled, lower half", options={"compiled": True, "decoder": "lower", "sizes": [1, 16]}),
)
ON_CPU = (
    Variant("fp32 (as it is)", "fp32"),
    Variant("own group norm", "fp32", {"plain_norms": True}),
    Variant("lower half", "fp32", {"decoder": "lower"}),
    Variant("small decoder", "fp32", {"decoder": "small"}),
)


@dataclass(frozen=True)
class Compared:
    name: str
    # For each size of a batch.
    milliseconds: dict[str, float] | None = None
    # In levels over a patch, against the whole face in fp32.
    mean_error: float | None = None
    failure: str = ""

    @property
    def pictures_per_second(self) -> float:
        return max(int(size) / ms * 1000 for size, ms in (self.milliseconds or {}).items())


def one(studio: Studio) -> dict[str, Any]:
    """What a variant's process prints."""
    orders = studio.orders(4)
    errors = []
    for order, (exact, *_) in zip(orders, studio.painter.exactly(orders)):
        drawn = studio.painter.start([order], 1).patches()[0][0]
        if drawn is None or exact is None:
            return {"failure": "it drew nothing that can be shown"}
        errors.append(np.abs(drawn.astype(int) - exact.astype(int)).mean())
    costs = {str(size): round(seconds * 1000, 3) for size, seconds in studio.warm.costs.items()}
    return {"milliseconds": costs, "mean_error": round(float(np.mean(errors)), 3)}


def compare(models: Path, device: str, most_seconds: float, say: Callable[[str], None]) -> Iterator[Compared]:
    until = time.monotonic() + most_seconds
    for variant in ON_GPU if device.startswith("cuda") else ON_CPU:
        say(f"measuring: {variant.name}")
        rest = until - time.monotonic()
        yield _run(variant, models, device, rest) if rest > 0 else Compared(variant.name, failure="no time was left")


def _run(variant: Variant, models: Path, device: str, most_seconds: float) -> Compared:
    options = json.dumps({"sizes": _SIZES[device.split(":")[0]], **(variant.options or {})})
    command = [
        sys.executable, "-m", "parley_workers.musetalk", "bench", "--costs-only", "--models", str(models),
        "--device", device, "--precision", variant.precision, "--options", options,
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=most_seconds, check=False)
    except subprocess.TimeoutExpired:
        return Compared(variant.name, failure=f"took longer than {most_seconds:.0f} s")
    if done.returncode != 0:
        return Compared(variant.name, failure=(done.stderr.strip().splitlines() or ["failed without a word"])[-1][:200])
    return Compared(variant.name, **json.loads(done.stdout.splitlines()[-1]))
